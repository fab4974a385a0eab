/*
 * The words of attribution lines ("On …, Ann wrote:") by language, as Gmail, Apple Mail, Thunderbird, Outlook, Yahoo
 * and others write them.
 */

/** How such a line begins. */
const starters =
  'On|At|In a message dated|Quoting|In reply to|Le|Am|El|Il|Il giorno|In data|Em|No dia|A|Op|Den|På|Þann|Dne|Dňa|Dana|Dne:|W dniu|Dnia|W|Vào|Vào lúc|Vào ngày|Pe|În|La|În data de|' +
  'Ma|Ti|Ke|To|Pe|La|Su|Na|V|V dne|Dne|U|Dana|Dňa|Ngày|Lúc|Pada|Tanggal|Zitat von|Citando|Quotando|Cytowanie|Citerar|Citat af|Le|Selon|El|El dia|Az|Em|Op datum|Mnamo|' +
  'В|От|Вы писали|Здравствуйте|У|Στις|Στις:|Την|Το|Στίς|Ημ\\.|На|Дана|Дня|בתאריך|ב-|ביום|في|بتاريخ|في يوم|در|در تاریخ|เมื่อ|วันที่|ในวันที่|在|于|於|날짜|ngày|Kuupäeval|Rašė|Data|Datum|Dátum|Tarih|Le ';

/** What the author did, in words that stand alone. */
const verbs =
  'wrote|writes|sent|said|has written|posted|commented|replied|schrieb|schrieben|hat geschrieben|geschrieben|a écrit|a ecrit|écrit|écrivait|a envoyé|escribió|escribio|ha escrito|escribe|va escriure|ha escrit|escreveu|escreveram|ha scritto|scrive|scriveva|a scris|scrie|' +
  'schreef|het volgende geschreven|geschreven|skrev|skreiv|følgende|följande|skrifaði|ritaði|kirjoitti|kirjoittaa|kirjutas|rakstīja|parašė|rašė|' +
  'napisał|napisała|napisał\\(a\\)|napisali|pisze|napsal|napsala|napsal\\(a\\)|napísal|napísala|napísal\\(a\\)|píše|napisao|napisala|napisao/la|je napisao|je napisala|piše|je napisal|je napisala|írta|ezt írta|a következőt írta|' +
  'написал|написала|написал\\(а\\)|написал\\(-а\\)|пишет|писал|писал\\(а\\)|писала|вы писали|написав|написала|написав\\(-ла\\)|написав\\(ла\\)|пише|напісаў|напісала|написа|напиша|је написао|је написала|написао/ла|' +
  'έγραψε|έγραψαν|yazdı|şunu yazdı|şunları yazdı|yazmış|tarihinde|yazıb|shkroi|idatzi zuen|idatzi du|escribiu|scríobh|ysgrifennodd|geskryf|' +
  'đã viết|viết|เขียนว่า|เขียน|ได้เขียน|menulis|berkata|telah menulis|ने लिखा|लिखा|' +
  'כתב|כתבה|כתב/ה|כתב\\(ה\\)|מאת|كتب|كتبت|كتب/ت|كتب ما يلي|نوشت|نوشته|' +
  '写道|写道：|寫道|寫|写|编写|撰写|作成|書きました|さんは書きました|が書きました|さんのメール|wrote|のメッセージ|님이 작성|작성|님이 쓴 글|님이 쓰신 글|작성함|썼습니다';

/** The same in scripts without spaces between words: they need no boundary. */
const asciiWord = /^[a-z]/iu;

export const starter = new RegExp(`^(?:${[...new Set(starters.split('|'))].join('|')})(?=[\\s\\p{N}.:,，]|$)`, 'iu');

export const verb = new RegExp(
  verbs
    .split('|')
    .toSorted((a, b) => b.length - a.length)
    .map((word) => (asciiWord.test(word) ? `(?<![\\p{L}])${word}(?![\\p{L}])` : word))
    .join('|'),
  'iu',
);

/** Months and weekdays, long and short, where a date is not all digits. */
const months =
  'jan|feb|mar|mär|maa|apr|may|mai|mag|maj|mei|jun|juin|jui|jul|juil|lug|giu|aug|aoû|août|ago|sep|set|okt|oct|out|ott|nov|dec|dez|dic|déc|' +
  'ene|abr|gen|fév|avr|sty|lut|kwi|cze|lip|sie|wrz|paź|lis|gru|led|úno|bře|dub|kvě|čer|srp|zář|říj|lis|pro|stu|vel|ožu|tra|svi|lip|srp|kol|ruj|pros|' +
  'janv|févr|tammi|helmi|maalis|huhti|touko|kesä|heinä|elo|syys|loka|marras|joulu|oca|şub|nis|haz|tem|ağu|eyl|eki|kas|ara|' +
  'янв|фев|мар|апр|мая|май|июн|июл|авг|сен|окт|ноя|дек|січ|лют|бер|кві|тра|чер|лип|сер|вер|жов|лис|гру|ян|феб|' +
  'ιαν|φεβ|μαρ|απρ|μαΐ|μαϊ|ιουν|ιουλ|αυγ|σεπ|οκτ|νοε|δεκ|thg|tháng|ม\\.ค|ก\\.พ|มี\\.ค|เม\\.ย|พ\\.ค|มิ\\.ย|ก\\.ค|ส\\.ค|ก\\.ย|ต\\.ค|พ\\.ย|ธ\\.ค|' +
  'ינו|פבר|מרץ|אפר|מאי|יונ|יול|אוג|ספט|אוק|נוב|דצמ|يناير|فبراير|مارس|أبريل|مايو|يونيو|يوليو|أغسطس|سبتمبر|أكتوبر|نوفمبر|ديسمبر|jaan|veeb|märts|juuni|juuli|sept|dets|saus|vas|kov|bal|geg|bir|lie|rugp|rugs|spal|lapkr|gruod';

export const clock =
  /(?<!\p{N})\p{N}{1,2}[:.h時时]\p{N}{2}(?!\p{N})|\p{N}{1,2}\s?(?:h|uhr|am|pm|a\.m|p\.m)(?!\p{L})|[上下]午|오전|오후/iu;
export const day = new RegExp(
  `(?<!\\p{N})\\p{N}{1,4}[./-]\\s?\\p{N}{1,2}[./-]\\s?\\p{N}{1,4}|\\p{N}{4}-\\p{N}{2}-\\p{N}{2}|\\p{N}{4}\\s?[年년]|` +
    `(?<!\\p{N})\\p{N}{1,2}(?:st|nd|rd|th|er|º|\\.)?[\\s./-]+(?:de\\s|d[’']|ב)?(?:${months})|(?:${months})\\p{L}*\\.?\\s+\\p{N}{1,2}(?!\\p{N})|` +
    // Any word between a day and a year: the months of the languages not listed.
    `(?<!\\p{N})\\p{N}{1,2}\\.?\\s(?:de\\s)?[\\p{L}\\p{M}.॰]{2,14},?\\s(?:de\\s)?(?:19|20)\\p{N}{2}(?!\\p{N})`,
  'iu',
);
export const address = /[^\s<>"'(),;:[\]]@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)*|<\s*mailto:/u;
export const bracketedAddress = /[<([\u202a]\s*(?:mailto:)?[^\s<>()@]{1,100}@[^\s<>()]{1,200}\s*[>)\]]/u;
