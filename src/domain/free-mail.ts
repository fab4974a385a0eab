/**
 * Domains at which anybody can have an address: sharing one says nothing about sharing an employer. Our own list of the
 * large consumer services and access providers, by country; exact domains, because providers keep their companies'
 * own mail below them (corp.mail.ru). Left out on purpose: google.com, bt.com and the like, where people work.
 */
const consumerDomains: readonly string[] = [
  // world
  'gmail.com googlemail.com outlook.com hotmail.com live.com msn.com passport.com windowslive.com',
  'yahoo.com ymail.com rocketmail.com myyahoo.com aol.com aim.com icloud.com me.com mac.com',
  'proton.me protonmail.com protonmail.ch pm.me tuta.com tutanota.com tutamail.com tuta.io keemail.me tutanota.de',
  'fastmail.com fastmail.fm hey.com hushmail.com mail.com email.com usa.com zoho.com zohomail.com zohomail.eu',
  'gmx.com gmx.net gmx.de gmx.at gmx.ch gmx.eu gmx.org gmx.info gmx.fr gmx.es gmx.co.uk gmx.us gmx.biz',
  'mailbox.org posteo.de posteo.net posteo.org disroot.org riseup.net startmail.com runbox.com mailfence.com',
  'inbox.com lycos.com excite.com rediffmail.com juno.com netzero.net duck.com mozmail.com privaterelay.appleid.com',
  // outlook, hotmail and live by country
  'outlook.de outlook.at outlook.fr outlook.es outlook.it outlook.be outlook.dk outlook.ie outlook.pt outlook.cz',
  'outlook.com.br outlook.com.au outlook.com.ar outlook.jp outlook.kr outlook.in outlook.cl outlook.com.tr',
  'hotmail.co.uk hotmail.de hotmail.fr hotmail.it hotmail.es hotmail.nl hotmail.be hotmail.ch hotmail.se hotmail.no',
  'hotmail.dk hotmail.fi hotmail.ca hotmail.com.br hotmail.com.ar hotmail.com.tr hotmail.co.jp hotmail.gr',
  'live.co.uk live.de live.at live.fr live.it live.nl live.be live.ca live.se live.dk live.no live.ie live.com.au',
  'live.com.pt live.com.mx live.cn live.jp',
  // yahoo and aol by country
  'yahoo.co.uk yahoo.de yahoo.fr yahoo.it yahoo.es yahoo.ie yahoo.nl yahoo.se yahoo.no yahoo.dk yahoo.gr yahoo.pl',
  'yahoo.ro yahoo.ca yahoo.com.au yahoo.com.br yahoo.com.ar yahoo.com.mx yahoo.com.tr yahoo.co.in yahoo.in',
  'yahoo.co.jp yahoo.com.tw yahoo.com.hk yahoo.com.sg yahoo.com.ph yahoo.co.id yahoo.com.vn yahoo.cl yahoo.com.co',
  'aol.co.uk aol.de aol.fr aol.it',
  // United States and Canada
  'comcast.net verizon.net att.net sbcglobal.net bellsouth.net pacbell.net cox.net charter.net earthlink.net',
  'optonline.net roadrunner.com frontier.com frontiernet.net windstream.net centurylink.net q.com mindspring.com',
  'suddenlink.net rr.com sympatico.ca rogers.com shaw.ca telus.net videotron.ca bell.net cogeco.ca',
  // United Kingdom and Ireland
  'btinternet.com btopenworld.com virginmedia.com virgin.net ntlworld.com blueyonder.co.uk sky.com talktalk.net',
  'tiscali.co.uk plusnet.com orange.net o2.co.uk eircom.net',
  // Germany, Austria, Switzerland
  'web.de t-online.de freenet.de arcor.de email.de online.de onlinehome.de vodafone.de vodafonemail.de',
  'kabelmail.de unitybox.de netcologne.de ewetel.net aon.at chello.at a1.net inode.at utanet.at kabsi.at',
  'bluewin.ch hispeed.ch sunrise.ch swissonline.ch vtxnet.ch',
  // France, Belgium, Netherlands, Luxembourg
  'orange.fr wanadoo.fr free.fr laposte.net sfr.fr neuf.fr bbox.fr numericable.fr club-internet.fr aliceadsl.fr',
  'cegetel.net skynet.be proximus.be telenet.be scarlet.be voo.be ziggo.nl kpnmail.nl kpnplanet.nl planet.nl',
  'home.nl casema.nl hetnet.nl xs4all.nl chello.nl upcmail.nl quicknet.nl pt.lu',
  // Italy, Spain, Portugal, Greece, Turkey
  'libero.it virgilio.it alice.it tin.it tim.it tiscali.it fastwebnet.it iol.it inwind.it email.it vodafone.it',
  'telefonica.net movistar.es terra.es ono.com sapo.pt mail.pt clix.pt netcabo.pt otenet.gr hol.gr forthnet.gr',
  'mynet.com',
  // the North
  'telia.com tele2.se comhem.se bredband.net spray.se swipnet.se online.no broadpark.no getmail.no frisurf.no',
  'mail.dk stofanet.dk tdcadsl.dk ofir.dk elisanet.fi kolumbus.fi saunalahti.fi luukku.com pp.inet.fi suomi24.fi',
  'simnet.is',
  // middle and eastern Europe
  'seznam.cz email.cz centrum.cz volny.cz post.cz azet.sk zoznam.sk centrum.sk wp.pl o2.pl onet.pl op.pl interia.pl',
  'interia.eu poczta.onet.pl tlen.pl vp.pl gazeta.pl freemail.hu citromail.hu t-online.hu vipmail.hu abv.bg mail.bg',
  'dir.bg inbox.lv one.lv mail.ee hot.ee siol.net t-2.net net.hr inet.hr ukr.net i.ua meta.ua bigmir.net',
  'mail.ru bk.ru inbox.ru list.ru internet.ru yandex.ru yandex.com ya.ru yandex.ua yandex.by rambler.ru tut.by',
  // Asia, Pacific, Latin America, Africa
  'qq.com foxmail.com 163.com 126.com yeah.net sina.com sina.cn sohu.com 139.com 189.cn aliyun.com 21cn.com tom.com',
  'naver.com hanmail.net daum.net nate.com kakao.com docomo.ne.jp ezweb.ne.jp softbank.ne.jp nifty.com ocn.ne.jp',
  'biglobe.ne.jp au.com hinet.net pchome.com.tw netvigator.com singnet.com.sg bigpond.com bigpond.net.au',
  'optusnet.com.au iinet.net.au tpg.com.au internode.on.net xtra.co.nz slingshot.co.nz',
  'uol.com.br bol.com.br terra.com.br ig.com.br globo.com r7.com oi.com.br prodigy.net.mx walla.com walla.co.il',
  'bezeqint.net netvision.net.il 012.net.il mweb.co.za webmail.co.za vodamail.co.za telkomsa.net sify.com',
];

const freeMail = new Set(consumerDomains.flatMap((line) => line.split(' ')));

/** Whether this is a domain of a free-mail service or an access provider; lower-case, ASCII, without a final point. */
export function isFreeMail(domain: string): boolean {
  return freeMail.has(domain);
}
