// Mails nobody writes, in the shapes on which reply parsers and HTML parsers are known to hang.
const repeat =
  (unit, before = '', after = '') =>
  (length) =>
    before + unit.repeat(Math.ceil(length / unit.length)) + after;
const half = (open, close) => (length) => {
  const count = Math.floor(length / (open.length + close.length));
  return `${open.repeat(count)}x${close.repeat(count)}`;
};

export const hostileInputs = [
  { name: '"On " again and again', of: repeat('On ') },
  { name: '"On " on lines', of: repeat('On\n') },
  { name: 'blank CRLF lines', of: repeat('\r\n') },
  { name: 'blank lines, then a quote', of: repeat('\n', 'x', '> y') },
  { name: 'spaces', of: repeat(' ', 'x', 'y') },
  { name: 'tabs and spaces', of: repeat(' \t', 'x', 'y') },
  { name: '"<a@"', of: repeat('<a@') },
  { name: '"a@a."', of: repeat('a@a.') },
  { name: 'dashes', of: repeat('-') },
  { name: 'dashes on lines', of: repeat('-----\n') },
  { name: 'dashes and words', of: repeat('--- a ') },
  { name: 'quote marks', of: repeat('>') },
  { name: 'quote marks and spaces', of: repeat('> ') },
  {
    name: 'one quoted line, one not',
    of: repeat('> quoted text that is long enough to have been wrapped by a\nmail program\n'),
  },
  {
    name: 'long unquoted lines',
    of: repeat(`${'lower case words '.repeat(5)}\n`, '> quoted text that is long enough to have been wrapped by it\n'),
  },
  { name: '"From:" lines', of: repeat('From: a@b.example\n') },
  { name: '"To:" lists', of: repeat('To: a,\nb,\nc,\n', 'From: a@b.example\n') },
  { name: '"Subject:" and words', of: repeat('Subject: a\nb\n') },
  { name: 'lines that end in ":"', of: repeat('On 1 Feb 2026 at 10:00 a@b:\n') },
  { name: '"wrote"', of: repeat('wrote ') },
  { name: 'digits', of: repeat('1 2 3 4:') },
  { name: 'bars', of: repeat('| x\n') },
  { name: 'combining marks', of: repeat('\u0301', 'a') },
  { name: 'combining marks, many kinds', of: repeat('\u0327\u0301\u0323', 'a') },
  { name: 'escape sequences', of: repeat('\u001b]0;x') },
  { name: 'cut CSI', of: repeat('\u001b[1;') },
  { name: 'joined emoji', of: repeat('👩\u200d') },
  { name: 'letters that compose', of: repeat('\u1100') },
  { name: 'zero-width spaces', of: repeat('\u200b') },
  { name: 'one long word', of: repeat('x') },
  { name: 'deep <div>', of: half('<div>', '</div>') },
  { name: 'deep <blockquote>', of: half('<blockquote>x', '</blockquote>') },
  { name: 'deep <table>', of: half('<table><tr><td>', '</td></tr></table>') },
  { name: '<b> never closed', of: repeat('<b>x') },
  { name: '<p> never closed', of: repeat('<p>x') },
  { name: '<li> never closed', of: repeat('<ul><li>x') },
  { name: 'tags closed only', of: repeat('</x>', '<div><p>') },
  { name: 'a huge attribute', of: repeat('x', '<a href="', '">y</a>') },
  { name: 'a huge style', of: repeat('color:red;', '<p style="', '">y</p>') },
  { name: 'many attributes', of: repeat('a=1 ', '<p ', '>y</p>') },
  { name: 'an open quote', of: repeat('x" ', '<a href="') },
  { name: 'lesser-than signs', of: repeat('<') },
  { name: 'ampersands', of: repeat('&') },
  { name: 'entities', of: repeat('&amp;') },
  { name: 'open comments', of: repeat('<!--') },
  { name: 'comments', of: repeat('<!---->') },
  { name: 'CDATA', of: repeat('<![CDATA[') },
  { name: 'open scripts', of: repeat('<script>') },
  { name: 'raw text elements', of: repeat('<div>', '<xmp>') },
  { name: 'line breaks', of: repeat('a<br>') },
  { name: 'cells', of: repeat('<td>x', '<table><tr>') },
  { name: 'links', of: repeat('<a href=http://x>y') },
  { name: 'pictures', of: repeat('<img src=http://x alt=y>') },
  { name: 'attributions in HTML', of: repeat('<p>On 1 Feb 2026 at 10:00, a &lt;a@b.example&gt; wrote:</p>') },
];
