/*
 * Lines that mail clients put before the chain. A phrase counts in a frame of dashes ("-----Original Message-----");
 * what clients write without a frame ("Begin forwarded message:") only counts where a header block follows, so it is
 * listed for being taken along.
 */
const framedPhrases =
  'original message|reply separator|original e-?mail( message)?|original appointment|forwarded (message|mail|by .*)|forward(ed)?|begin forwarded message|reply message|replied message|message from .*|in reply to|previous message|quoted (text|message)|' +
  'urspr(ü|ue)ngliche (nachricht|e-?mail|mail)|ursprüngl\\. nachr.*|original-?nachricht|originalmail|original-nachricht|weitergeleitete (nachricht|mail|e-?mail)|weitergeleitet von .*|antwort-nachricht|ursprünglicher termin|' +
  "message d['’]origine|(message|e-?mail|courriel) original|message initial|message (transféré|réexpédié|transmis)|transféré par .*|message de réponse|rendez-vous d['’]origine|" +
  'mensaje original|(mensaje|correo) reenviado|mensaje de respuesta|reenviado por .*|missatge original|missatge reenviat|jatorrizko mezua|birbidalitako mezua|mensaxe orixinal|' +
  'mensagem original|mensagem (encaminhada|reencaminhada)|encaminhado por .*|mensagem de resposta|' +
  'messaggio (originale|inoltrato|originario)|inoltrato da .*|messaggio di risposta|' +
  '(oorspronkelijk|origineel|doorgestuurd|doorgezonden) bericht|oorspronkelijke afspraak|doorgestuurd door .*|antwoordbericht|oorspronklike boodskap|' +
  'ursprungligt (meddelande|mail)|originalmeddelande|vidarebefordrat (meddelande|mejl|brev)|vidarebefordras av .*|' +
  '(oprindelig|original) (meddelelse|besked|mail)|videresendt (meddelelse|besked|mail|melding|e-post)|opprinnelig (melding|e-post)|opprinneleg melding|videresendt av .*|' +
  'alkuperäinen viesti|edelleenlähetetty viesti|välitetty viesti|lähettäjä .*|upprunaleg skilaboð|áframsend skilaboð|' +
  'oryginalna wiadomość|wiadomość oryginalna|pierwotna wiadomość|treść oryginalnej wiadomości|(treść )?przekazan(a|ej) wiadomoś(ć|ci)|wiadomość przesłana dalej|treść przekazanej wiadomości|' +
  'původní (zpráva|e-?mail|zpr(á|a)va)|p(ř|r)eposlan(á|a) zpr(á|a)va|pôvodn(á|a) spr(á|a)va|preposlaná správa|pôvodný e-?mail|' +
  'eredeti üzenet|továbbított (üzenet|levél)|eredeti levél|' +
  'mesaj(ul)? (original|ini(ț|ţ|t)ial)|mesaj (redirec(ț|ţ|t)ionat|retransmis|redirijat)|' +
  'izvorna poruka|originalna poruka|proslijeđena poruka|prosleđena poruka|izvirno sporočilo|posredovano sporočilo|оригинална порука|прослеђена порука|изворна порака|' +
  'исходное сообщение|оригинал(ьное)? сообщени(е|я)|пересылаемое сообщение|пересланное сообщение|переадресованное сообщение|конец пересылаемого сообщения|исходное письмо|' +
  'оригінальне повідомлення|початкове повідомлення|вихідне повідомлення|переслане повідомлення|пересилане повідомлення|перенаправлене повідомлення|арыгінальнае паведамленне|' +
  'оригинално съобщение|препратено съобщение|първоначално съобщение|' +
  'αρχικό μήνυμα|προωθημένο μήνυμα|πρωτότυπο μήνυμα|' +
  '(orijinal|özgün|asıl) (ileti|mesaj|e-?posta)|(iletilen|iletilmiş) (ileti|mesaj|e-?posta)|yönlendirilen (ileti|mesaj)|yönlendirilmiş (ileti|mesaj)|' +
  'algne (sõnum|kiri|teade)|edastatud (sõnum|kiri)|originalus laiškas|pradinis (laiškas|pranešimas)|persiųstas (laiškas|pranešimas)|(oriģinālais|sākotnējais|sākotnējā|oriģinālā) (ziņojums|vēstule|ziņa)|pārsūtīt(s|ā|ais) (ziņojums|vēstule|ziņa)|mesazhi origjinal|' +
  'הודעה מקורית|ההודעה המקורית|הודעה שהועברה|הודעה מועברת|' +
  'الرسالة الأصلية|رسالة أصلية|رسالة معاد توجيهها|الرسالة المعاد توجيهها|رسالة محولة|پیام اصلی|پیام هدایت شده|' +
  '元のメッセージ|元のメール|オリジナルメッセージ|転送(された)?メッセージ|転送メール|オリジナル メッセージ|' +
  '原始邮件|原始郵件|原邮件|原始信件|原文|转发邮件|转发的邮件|轉寄郵件|轉寄的郵件|轉寄訊息|已转发邮件|原始讯息|原始訊息|回复邮件|邮件原件|回复的原邮件|转发邮件信息|' +
  '원본 ?메시지|원본 ?메일|전달된 ?메시지|전달된 ?메일|원래 ?메시지|' +
  '(tin nhắn|thư|email) gốc|thư (đã )?chuyển tiếp|tin nhắn được chuyển tiếp|ข้อความ(ต้นฉบับ|เดิม)|ข้อความที่(ส่งต่อ|ถูกส่งต่อ)|pesan (asli|terusan|yang diteruskan)|mesej asal|मूल संदेश|अग्रेषित संदेश';

const openPhrases =
  'begin forwarded message|start of forwarded message|forwarded message|anfang der weitergeleiteten (nachricht|e-mail)|weitergeleitete nachricht|début du (message|courriel|e-mail) (transféré|réexpédié)|message transféré|inicio del mensaje reenviado|mensaje reenviado|' +
  'inici del missatge reenviat|início da mensagem (encaminhada|reencaminhada|reenviada)|mensagem encaminhada|inizio (del )?messaggio inoltrato|messaggio inoltrato|begin doorgestuurd bericht|doorgestuurd bericht|vidarebefordrat (brev|meddelande)|start på videresendt besked|' +
  'start på vidarebefordrat (brev|meddelande)|videresendt (brev|besked|melding|meddelelse)|start på videresendt melding|välitetty viesti( alkaa)?|edelleenlähetetty viesti( alkaa)?|początek przek(a|aza)zywanej wiadomości|początek przekazan(ej|ego) wiadomości|początek wiadomości przekazanej|' +
  'začátek přeposílan(é|ého) (zprávy|e-mailu)|začiatok preposlan(ej|ého) (správy|e-mailu)|továbbított (üzenet|levél)( eleje| kezdete)?|a továbbított levél kezdete|început mesaj redirecționat|începutul mesajului redirecționat|start mesaj redirecționat|započni proslijeđenu poruku|početak proslijeđene poruke|' +
  'начало переадресованного (сообщения|письма)|начало пересылаемого сообщения|пересылаемое сообщение|початок (листа, що пересилається|пересланого (листа|повідомлення)|листа, який пересилається)|начало на препратеното (писмо|съобщение)|αρχή προωθημένου μηνύματος|έναρξη προωθημένου μηνύματος|' +
  'iletilen ileti(nin)? başlangıcı|başlangıç iletilen (ileti|e-posta)|yönlendirilen iletinin başlangıcı|下面是被转发的邮件|以下是被转发的邮件|以下為轉寄(的)?郵件|以下是轉寄的郵件|転送されたメッセージ|전달된 메시지|전달된 메시지 시작|bắt đầu thư chuyển tiếp|เริ่มข้อความที่ส่งต่อ|תחילת הודעה מועברת|تبدأ الرسالة المعاد توجيهها|mulai pesan yang diteruskan';

const frame = '[-_=~*+—–─>]';
/** Any few words about a message in a frame; what a client writes in a language or a spelling not listed. */
const framedStem =
  /messag|mensa[gj]|nachricht|bericht|meddel|melding|viesti|wiadomo|zpr[aá]v|spr[aá]v|üzenet|mesaj|poruk|порук|сообщ|повідом|съобщ|μήνυμα|ileti|e-?mail|mail|הודעה|رسالة|メッセージ|メール|邮件|郵件|메시지|메일/iu;
const strongFrame = /^[-_=─—]{4,}.*[-_=─—]{4,}/u;

const rule = new RegExp(`^(?:${frame}[ ]?){3,}$`, 'u');
const framed = new RegExp(`^(?:${frame} ?){2,}\\s*(\\S.{0,160}?)\\s*(?:${frame} ?){2,}`, 'u');
const framedKnown = new RegExp(`^(?:${framedPhrases})[:：.]?$`, 'iu');
const openKnown = new RegExp(`^(?:${openPhrases})\\s*[:：]?$`, 'iu');
/**
 * Tickets by mail ask for an answer above *this* line; everything below it is history. The words alone are prose
 * ("please write your name above the dotted line"): they count where the line holds little else.
 */
const answer =
  'reply|replying|respond|response|answer|antwort|antworten|répondre|répondez|réponse|responder|responda|responde|respuesta|resposta|rispondi|rispondere|risposta|' +
  'antwoord|antwoorden|svar|svara|vastaus|vastaa|vastaukseksi|odpowiedz|odpowiedź|odpověď|odpovězte|odpoveď|odpovedajte|válasz|válaszoljon|răspuns|răspundeți|' +
  'ответ|ответьте|отвечайте|відповідь|відповідайте|απάντηση|απαντήστε|yanıt|yanıtınızı|yanıtla';
const write = 'type|write|schreiben|écrire|écrivez|escribir|escriba|escreva|scrivere|scriva|schrijf|skriv';
const above =
  'above|over|oberhalb|über|au-dessus|ci-dessus|dessus|encima|arriba|acima|sopra|boven|ovanför|ovenfor|över|yläpuolelle|powyżej|nad|fölé|deasupra|выше|над|вище|üstüne|üzerine|πάνω';
const thisLine =
  'this line|this text|diese[rn]? (?:zeile|linie)|cette ligne|d?esta línea|d?esta linea|d?esta linha|questa (?:riga|linea)|deze (?:lijn|regel)|denna (?:rad|linje)|denne (?:linje|linjen)|' +
  'tämän rivin|(?:tej|tą) lini[ią]|tímto řádkem|týmto riadkom|e sor|această linie|acestei linii|этой (?:строки|строкой|линии|чертой|черты)|цього рядка|bu satırın|αυτή τη γραμμή';
const replyAbove = [
  `(?:\\S{1,15} ){0,4}?(?:${answer}) (?:\\S{1,15} ){0,3}?(?:${above}) (?:\\S{1,10} ){0,2}?(?:${thisLine})`,
  `(?:\\S{1,15} ){0,3}?(?:${write}) (?:${above}) (?:\\S{1,10} ){0,2}?(?:${thisLine})`,
  // The line first: "bu satırın üzerine", "tämän rivin yläpuolelle".
  `(?:\\S{1,15} ){0,4}?(?:${thisLine}) (?:${above})`,
].map((form) => new RegExp(`^${form}(?:[ ,][^.:;!?]{0,40})?$`, 'iu'));
const citedWords = /["“”«»„]/u;

/** A line of nothing but dashes, underscores and the like. */
export function isRule(text: string): boolean {
  return text.length <= 200 && rule.test(text);
}

/** What stands between the dashes of "----- words -----"; `rest` is what follows on the same line. */
interface FramedWords {
  /** A mail client's own phrase. */
  readonly known: boolean;
  /** Some words about a message, which may be anybody's; they want a header below them. */
  readonly likely: boolean;
  readonly rest: string;
}

export function framedWords(text: string): FramedWords | undefined {
  const match = framed.exec(text);
  const words = match?.[1];
  if (match === null || words === undefined || !/\p{L}/u.test(words)) return undefined;
  const likely = strongFrame.test(text) && framedStem.test(words) && words.split(/\s+/u).length <= 4;
  return { known: framedKnown.test(words), likely, rest: text.slice(match[0].length).trim() };
}

/** "Begin forwarded message:" in the languages of Apple Mail and others. */
export function isOpenPhrase(text: string): boolean {
  return text.length <= 80 && openKnown.test(text.replace(/^[-_*\s]+|[-_*\s]+$/gu, ''));
}

export function asksToReplyAbove(text: string): boolean {
  if (text.length > 120 || citedWords.test(text)) return false;
  const words = text.replace(/^\P{L}+|\P{L}+$/gu, '');
  return replyAbove.some((form) => form.test(words));
}
