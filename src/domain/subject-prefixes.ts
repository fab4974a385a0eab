/**
 * What mail programs put before a subject when a mail is answered or forwarded, in their languages, and what mail
 * gateways put before it when a mail comes from outside. Closed lists: a word that is not here stays in the subject.
 * Written as people see them, without counter, final point and colon; compared in folded form.
 * Sources: the answer and forward marks of the translations of Outlook, Lotus Notes, Thunderbird, Apple Mail and the
 * large web mail services, and Wikipedia's list of e-mail subject abbreviations.
 */
const repliesAndForwards: Readonly<Record<string, string>> = {
  everywhere: 'Re, Fw, Fwd',
  afrikaans: 'Antw, Aanst',
  albanian: 'Për',
  arabic: 'رد, الرد, إعادة توجيه, توجيه',
  basque: 'Er, Berb',
  bulgarian: 'Отг, Отн, Препр',
  catalan: 'Reenv',
  chinese: '回复, 答复, 转发, 回覆, 答覆, 轉寄, 轉發',
  croatian: 'Odg, Proslj, Prosl',
  czech: 'Odp, Předáno',
  danish: 'SV, VS, Vedr, Videresend, Videresendt',
  dutch: 'Antw, Antwoord, Doorst, Doorgestuurd',
  estonian: 'Vs, Edasi',
  finnish: 'VS, VL, Vast, Välitetty',
  french: 'Re, TR, Réf, Rép, Transf',
  german: 'AW, WG, Antwort, Weitergeleitet, Weiterleitung',
  greek: 'Απ, Απάντ, Σχετ, Πρθ, Προώθ, Ποτ',
  hebrew: 'השב, הועבר, תגובה, העברה',
  hindi: 'उत्तर, अग्रेषित',
  hungarian: 'Vá, Válasz, Tov, Továbbítás, Továbbítva',
  icelandic: 'SV, FS',
  indonesian: 'Bls, Balas, Trs, Terusan',
  italian: 'R, RIF, I, Inoltra, Inoltrato',
  japanese: '返信, 転送',
  korean: '답장, 회신, 전달',
  latvian: 'Atb, Pārs',
  lithuanian: 'Ats, Atsak, Persiųsta',
  macedonian: 'Одг',
  norwegian: 'SV, VS, Ang, Videresend, Videresendt',
  persian: 'پاسخ, هدایت',
  polish: 'Odp, PD, Przekaz',
  portuguese: 'RES, ENC, Redir',
  romanian: 'Răsp, Redir',
  russian: 'Отв, Ответ, На, Пересл, Переслано',
  serbian: 'Odg, Prosl, Одг, Просл',
  slovak: 'Odp, Prepos',
  slovenian: 'Odg, Posr, Posredovano',
  spanish: 'RE, RV, Resp, Reenv, Reenviado',
  swedish: 'SV, VB, Ang, Vidarebefordrat, Vidarebefordrar',
  thai: 'ตอบ, ตอบกลับ, ส่งต่อ',
  turkish: 'YNT, Yan, İLT, ILT',
  ukrainian: 'Відп, Відповідь, Переслано, Пересл',
  vietnamese: 'TL, Trl, Trả lời, CT, Chuyển tiếp',
  welsh: 'Atb, Yml',
};

/** In brackets or between stars: "[EXTERNAL]", "(Ext)", "**EXTERN**". */
const fromOutside: Readonly<Record<string, string>> = {
  english:
    'External, Ext, External email, External e-mail, External mail, External message, External sender, External source, ' +
    'External:Email, Email external, From external, Outside, Outside sender, Caution, Caution external, ' +
    'Caution: external, Caution - external, Caution external email, Caution: external email, Warning external, ' +
    'Warning: external, Warning: external email, Untrusted sender, Unverified sender',
  arabic: 'خارجي, بريد خارجي',
  chinese: '外部, 外部邮件, 外部郵件, 外来邮件, 外部发件人',
  croatian: 'Vanjski, Spoljni',
  czech: 'Externí, Externí e-mail',
  danish: 'Ekstern, Ekstern mail, Eksternt',
  dutch: 'Extern, Externe, Externe mail, Externe e-mail',
  finnish: 'Ulkoinen',
  french: 'Externe, Courriel externe, Message externe, Expéditeur externe, Mail externe',
  german: 'Extern, Externe Mail, Externe E-Mail, Externer Absender',
  greek: 'Εξωτερικό',
  hebrew: 'חיצוני',
  hungarian: 'Külső',
  italian: 'Esterno, Esterna, Mail esterna, Email esterna, Mittente esterno',
  japanese: '社外, 外部メール, 社外メール',
  korean: '외부, 외부메일, 외부 메일',
  norwegian: 'Ekstern, Ekstern e-post, Eksternt',
  polish: 'Zewnętrzny, Zewnętrzna, Zewn, Nadawca zewnętrzny',
  portuguese: 'Externo, Externa, E-mail externo, Remetente externo',
  romanian: 'Extern',
  russian: 'Внешнее, Внешний, Внешняя почта, Внешнее письмо, Внешний отправитель',
  slovak: 'Externý',
  spanish: 'Externo, Correo externo, Remitente externo',
  swedish: 'Extern, Externt, Externt mejl',
  turkish: 'Harici, Dış, Dış e-posta',
  ukrainian: 'Зовнішній, Зовнішня пошта',
};

/** With nothing but a colon after them: fewer, because these are words people also begin a subject with. */
const fromOutsideWithColon =
  'External, Ext, External email, External e-mail, External mail, External message, External sender, Extern, Externe, ' +
  'Caution, Caution external, Caution external email, Warning external';

export const replyPrefixes: readonly string[] = Object.values(repliesAndForwards).flatMap(words);
export const externalTags: readonly string[] = Object.values(fromOutside).flatMap(words);
export const colonTags: readonly string[] = words(fromOutsideWithColon);

function words(list: string): string[] {
  return list.split(', ');
}
