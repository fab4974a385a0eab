/** What a line of a quoted header block says. */
export type HeaderRole = 'from' | 'date' | 'to' | 'cc' | 'subject' | 'other';

/*
 * The labels mail clients write before the quoted mail: Outlook for Windows, Mac and the web, Thunderbird, Apple Mail,
 * Gmail, Yahoo, Notes, phones. One language a line: from; date; to; cc; subject. A label may stand for several roles
 * (Italian "A" is To, French "À" too, Spanish "De" and Portuguese "De" are From).
 */
const table = `
en; From, Sent from, Posted by, Author; Sent, Date, Sent at, Sent on, Time; To, Sent to, Recipient, Recipients, Send to; Cc, Bcc, Copy, Cc to; Subject, Title
de; Von, Absender, Gesendet von; Gesendet, Datum, Gesendet am, Versandt, Gesendet um; An, Empfänger, Gesendet an; Cc, Bcc, Kopie, Kopie an, Kopie (CC); Betreff, Thema, Betrifft
fr; De, Expéditeur, De la part de; Envoyé, Date, Message du, Envoyé le, Date d’envoi, Date d'envoi, Envoyée; À, A, Pour, Destinataire, Destinataires, Envoyé à; Cc, Cci, Copie, Copie à, Copies; Objet, Sujet
es; De, Remitente, Desde; Enviado, Fecha, Enviado el, Enviada, Enviado a las, Enviada el, Enviados; Para, A, Destinatario, Destinatarios; CC, CCO, Copia; Asunto, Tema
ca; De, Remitent; Enviat, Data, Enviat el, Data d'enviament; Per a, A, Per, Destinatari; Cc, A/c, Còpia; Assumpte, Tema
gl; De, Remitente; Enviado, Data, Enviado o; Para, A; Cc; Asunto
eu; Nork, Igorlea, Bidaltzailea; Bidalia, Data, Noiz; Nori, Hartzailea, Hartzaileak; Cc, Kopia; Gaia
pt; De, Remetente; Enviado, Enviada, Data, Enviado em, Enviada em, Data de envio, Enviadas; Para, A, Destinatário, Destinatários; Cc, Cco, Com cópia; Assunto
it; Da, Mittente; Inviato, Data, Inviato il, Data invio, Inviata, Inviato alle, Spedito; A, Per, Destinatario, Destinatari; Cc, Ccn, Copia, Copia a, Copia conoscenza, P.c.; Oggetto
ro; De la, De, Expeditor, Dela, De către; Trimis, Data, Dată, Trimis la, Trimis pe, Expediat, Trimisă; Către, Catre, La, Destinatar, Pentru, Adresat; Cc, Copie, Copie către; Subiect, Subiectul, Temă
nl; Van, Afzender, Verzonden door; Verzonden, Datum, Verzonden op, Verstuurd, Verzonden om, Verzenddatum; Aan, Ontvanger, Ontvangers; CC, BCC, Kopie, Kopie aan; Onderwerp, Betreft
af; Van, Vanaf; Gestuur, Datum, Gestuur op; Aan, Na; Cc, Afskrif; Onderwerp
sv; Från, Avsändare; Skickat, Datum, Skickat den, Skickad, Sänt; Till, Mottagare; Kopia, Kopia till, Cc, Hemlig kopia; Ämne, Rubrik
da; Fra, Afsender; Sendt, Dato, Sendt den, Afsendt; Til, Modtager; Cc, Kopi, Kopi til, Bcc; Emne, Vedr., Vedrørende
no; Fra, Frå, Avsender; Sendt, Dato, Sendt den, Sende; Til, Mottaker; Kopi, Kopi til, Cc; Emne
is; Frá, Sendandi; Sent, Dagsetning, Dags, Sendi; Til, Viðtakandi; Afrit, Cc, Samrit; Efni, Viðfangsefni
fi; Lähettäjä, Lähde, Keneltä, Mistä; Lähetetty, Päivämäärä, Päiväys, Pvm, Lähetysaika, Lähetyspäivä; Vastaanottaja, Vastaanottajat, Kenelle, Saaja; Kopio, Cc, Kopiot, Piilokopio; Aihe, Otsikko, Asia
et; Saatja, Kellelt, Kirjutas; Saadetud, Kuupäev, Saatmisaeg, Saatmise kuupäev, Aeg; Adressaat, Kellele, Saaja, Saajad, Adressaadid; Koopia, Cc, Teadmiseks; Teema, Pealkiri
lv; No, Sūtītājs, Nosūtītājs; Nosūtīts, Datums, Sūtīts, Nosūtīšanas datums; Kam, Adresāts, Saņēmējs; Kopija, Cc; Tēma, Temats, Priekšmets
lt; Nuo, Siuntėjas, Iš; Išsiųsta, Data, Siųsta, Išsiųstas, Laikas; Kam, Gavėjas, Iki, Skirta; Kopija, Cc; Tema
pl; Od, Nadawca; Wysłano, Wysłane, Data, Wysłany, Wysłana, Data wysłania, Wyslano, Wysłał; Do, Adresat, Odbiorca; DW, UDW, Kopia, Cc, Do wiadomości, Kopia do; Temat, Tytuł
cs; Od, Odesílatel; Odesláno, Datum, Posláno, Datum odeslání, Odesílané, Odeslaná; Komu, Pro, Příjemce, Adresát; Kopie, Kopie (CC), Cc, Skrytá kopie; Předmět, Věc
sk; Od, Odosielateľ; Odoslané, Dátum, Poslané, Dátum odoslania, Odoslaný; Komu, Pre, Príjemca, Adresát; Kópia, Kopia, Cc, Skrytá kópia; Predmet, Vec
hu; Feladó, Küldő, Kitől, Feladva; Küldve, Elküldve, Dátum, Küldés dátuma, Küldés ideje, Időpont, Küldés; Címzett, Címzettek, Kinek, Kapja; Másolatot kap, Másolat, Cc, Titkos másolat, Kapják még; Tárgy, Téma
sl; Od, Pošiljatelj; Poslano, Datum, Poslan; Za, Prejemnik, Komu; Kp, Kopija, Cc, V vednost; Zadeva, Predmet
hr; Od, Šalje, Pošiljatelj, Pošiljalac, Poslao; Poslano, Datum, Poslato, Datum slanja, Poslana, Vrijeme; Za, Prima, Kome, Primatelj, Primalac, Do; Kopija, Cc, Kopija (CC), Preslika; Predmet, Naslov, Tema
sr; Од, Шаље, Пошиљалац; Послато, Датум, Послано, Време; За, Прима, Коме, Прималац; Копија, Цц; Наслов, Предмет, Тема
mk; Од, Испраќач; Испратено, Датум, Пратено; До, За, Примач; Копија; Предмет, Тема, Наслов
bg; От, Подател, Изпращач; Изпратено, Дата, Изпратено на, Изпратени; До, Получател, Към; Копие, Копие до, Як, Cc; Относно, Тема, Заглавие
ru; От, От кого, Отправитель; Отправлено, Дата, Послано, Дата отправки, Дата и время, Отправлен, Время; Кому, Получатель, Получатели; Копия, Cc, Скрытая копия; Тема, Заголовок
uk; Від, Від кого, Відправник; Надіслано, Дата, Відправлено, Дата надсилання, Дата відправлення; Кому, Одержувач, До; Копія, Cc; Тема
be; Ад, Ад каго, Адпраўнік; Дата, Адпраўлена, Даслана; Каму, Да; Копія; Тэма
el; Από, Αποστολέας; Στάλθηκε, Ημερομηνία, Εστάλη, Αποστολή, Ημ/νία, Ημερομηνία αποστολής, Απεστάλη; Προς, Παραλήπτης; Κοιν., Κοιν, Κοινοποίηση, Cc, Κοιν. (Cc); Θέμα
tr; Kimden, Gönderen; Gönderildi, Tarih, Gönderme Tarihi, Gönderim tarihi, Gönderilen, Gönderilme tarihi, Gönderim, Gönderme; Kime, Alıcı, Alıcılar; Bilgi, Cc, Gizli, Bcc; Konu
az; Kimdən, Göndərən; Göndərildi, Tarix, Göndərilib; Kimə, Alıcı; Cc, Surət; Mövzu
sq; Nga, Dërguesi; Dërguar, Data, Dërguar më; Për, Te, Marrësi; Cc, Kopje; Subjekti, Tema, Lënda, Subjekt
he; מאת, שולח, מ; נשלח, תאריך, נשלח בתאריך, בתאריך, נשלח ב; אל, לכבוד, נמען, נמענים, ל; עותק, העתק, עותק לידיעה, לידיעה; נושא, הנדון
ar; من, المرسل, مِن; تم الإرسال, التاريخ, تاريخ الإرسال, أرسلت, أُرسلت, تم الارسال, تاريخ, الإرسال, مرسل, أرسل; إلى, الى, المستلم, المرسل إليه; نسخة, نسخة إلى, نسخه; الموضوع, موضوع
fa; از, فرستنده; تاریخ, فرستاده شده, ارسال شده, ارسال, زمان; به, گیرنده; رونوشت, کپی; موضوع, عنوان
ur; از, منجانب; تاریخ, بھیجا گیا; بنام, بہ; نقل; موضوع
hi; प्रेषक, से, द्वारा; भेजा गया, दिनांक, तारीख, भेजने का समय; प्रति, को, सेवा में; प्रतिलिपि, सीसी; विषय
ka; გამომგზავნი, ვისგან; გაგზავნილია, თარიღი; ვის, მიმღები; ასლი; თემა, საგანი
hy; Ումից, Ուղարկող; Ուղարկվել է, Ամսաթիվ; Ում, Ստացող; Պատճեն; Թեմա
kk; Кімнен, Жіберуші; Жіберілді, Күні; Кімге, Алушы; Көшірме; Тақырып, Тақырыбы
ja; 差出人, 送信者, 送信元, From, 発信者, 差し出し人; 送信日時, 日付, 送信日, 日時, 送信時刻, Date; 宛先, 送信先, To, あて先, 受信者; CC, 写し, Cc; 件名, 題名, 標題
zh-Hans; 发件人, 发送人, 寄件人, 发信人, 发自, 发送者; 发送时间, 日期, 时间, 发送日期, 发件时间, 已发送, 发送, 寄件时间; 收件人, 收信人, 发送至, 至, 发给; 抄送, 密送, 抄送人; 主题, 标题, 邮件主题
zh-Hant; 寄件者, 寄件人, 發件人, 發信人, 傳送者; 寄件日期, 傳送時間, 日期, 傳送日期, 寄件時間, 已傳送, 發送時間, 傳送於, 時間, 寄件日; 收件者, 收件人, 至, 收信人; 副本, 密件副本, 抄送; 主旨, 主題, 標題
ko; 보낸 사람, 보낸사람, 발신, 보낸이, 발신자, 보내는사람; 보낸 날짜, 날짜, 보낸 시간, 보낸날짜, 전송, 보냄, 일시, 발신일, 보낸시간; 받는 사람, 받는사람, 수신, 수신자, 받는이, 받은사람; 참조, 숨은 참조, 사본; 제목
vi; Từ, Người gửi, Gửi từ; Đã gửi, Ngày, Ngày gửi, Gửi, Gửi vào, Thời gian, Vào; Đến, Tới, Người nhận, Gửi đến, Kính gửi; Cc, Bản sao, Đồng kính gửi; Chủ đề, Tiêu đề, Về việc
th; จาก, ผู้ส่ง; ส่ง, วันที่, ส่งแล้ว, ส่งเมื่อ, เวลา; ถึง, ผู้รับ; สำเนา, สำเนาถึง; เรื่อง, หัวเรื่อง, หัวข้อ
id; Dari, Pengirim, Daripada; Dikirim, Tanggal, Terkirim, Dihantar, Tarikh, Tgl; Kepada, Ke, Untuk, Penerima; Cc, Tembusan, Salinan; Perihal, Subjek, Subyek, Judul, Hal
tl; Mula kay, Mula sa; Ipinadala, Petsa; Para kay, Kay, Para sa; Cc; Paksa
cy; Oddi wrth, Oddi Wrth; Anfonwyd, Dyddiad; At; Cc, Copi; Pwnc, Testun
ga; Ó; Seolta, Dáta; Chuig, Go; Cóip; Ábhar
`;

/** Lines that belong to such a block without saying who, when or what. */
const others = `
Reply-To, Reply To, Sent by, Please respond to, Respond to, Organization, Organisation, Importance, Priority,
Attachments, Attachment, Attach, Sensitivity, Message-ID, Resent-From, Resent-Date, Resent-To, List-Id,
Newsgroups, Followup-To, On behalf of, When, Where, Required, Optional, Categories, Mailing list, Cc list,
Antwort an, Antwort, Antworten an, Wichtigkeit, Priorität, Anlagen, Anlage, Anhänge, Anhang, Vertraulichkeit,
Gesendet von, Im Auftrag von, Répondre à, Réponse à, Pièces jointes, Pièce jointe, Envoyé par, Responder a,
Datos adjuntos, Importancia, Archivos adjuntos, Responder para, Responder, Anexos, Anexo, Importância,
Prioridade, Enviado por, Rispondi a, Risposta, Allegati, Allegato, Priorità, Importanza, Antwoord aan,
Beantwoorden, Bijlagen, Bijlage, Urgentie, Antwoordadres, Svara till, Svar till, Bifogade filer, Prioritet,
Svar til, Vedhæftede filer, Vedhæftet, Vedlegg, Viktighet, Vigtighed, Vastausosoite, Vastaa, Liitteet, Tärkeys,
Odpowiedz do, Odpowiedź do, Załączniki, Ważność, Priorytet, Odpověď komu, Odpovědět, Přílohy, Důležitost,
Odpovedať, Prílohy, Dôležitosť, Válaszcím, Mellékletek, Fontosság, Răspunde la, Răspuns către, Atașamente,
Importanță, Prilozi, Važnost, Odgovori, Ответить, Вложения, Важность, Кому ответить, Обратный адрес,
Відповісти, Вкладення, Важливість, Απάντηση προς, Συνημμένα, Σπουδαιότητα, Yanıtla, Ekler, Önem, Yanıt adresi,
返信先, 添付ファイル, 重要度, 回复, 回复人, 附件, 重要性, 回覆, 回覆給, 답장, 첨부, 첨부파일, 중요도, Trả lời, Đính kèm, השב אל, קבצים מצורפים,
חשיבות, المرفقات, الرد على, الأهمية
`;

const columns: readonly HeaderRole[] = ['from', 'date', 'to', 'cc', 'subject'];
const rolesOfLabel = buildLabels();

/** The roles a label can stand for, in any language; undefined where it is no label of a mail header. */
export function headerRoles(label: string): ReadonlySet<HeaderRole> | undefined {
  return rolesOfLabel.get(labelKey(label));
}

function buildLabels(): ReadonlyMap<string, ReadonlySet<HeaderRole>> {
  const map = new Map<string, Set<HeaderRole>>();
  const add = (labels: string, role: HeaderRole) => {
    for (const key of labels.split(/[,\n]/u).map(labelKey)) {
      if (key !== '') map.set(key, (map.get(key) ?? new Set()).add(role));
    }
  };
  for (const row of table.trim().split('\n')) {
    const [, ...cells] = row.split(';');
    for (const [index, cell] of cells.entries()) add(cell, columns[index] ?? 'other');
  }
  add(others, 'other');
  return map;
}

/** Case, accents and apostrophes aside: clients and people drop them. */
function labelKey(label: string): string {
  return label
    .normalize('NFKD')
    .replace(/[\p{M}'’:]/gu, '')
    .toLowerCase()
    .replaceAll('ı', 'i')
    .replace(/\s+/gu, ' ')
    .trim();
}
