"""The fixed phrases of an issue, by language. A newsroom's own templates may of course say it otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

DEFAULT_DISCLOSURE: Final = "Advertisement"
RIGHT_TO_LEFT: Final = frozenset({"ar", "arc", "ckb", "dv", "fa", "he", "iw", "ps", "sd", "ug", "ur", "yi"})


@dataclass(frozen=True, slots=True)
class Labels:
    """What templates say besides the stories."""

    view_in_browser: str
    unsubscribe: str
    preferences: str
    more_online: str
    read_more: str
    advertisement: str
    sponsored_by: str
    reader: str  # greets a reader whose name is unknown
    in_this_issue: str
    plus: str  # before the second and third headline, in the preheader; {} is those
    more_from: str  # the link of a section's heading; {} is the section
    presented_by: str
    sponsored_head: str  # beside a section's heading; {} is the sponsor
    learn_more: str  # the button of an ad that brings no words for it
    from_us: str  # the label of the publication's own ads; {} is its name
    originally: str  # the headline before an editor changed it; {} is that
    subscribers: str  # beside a story that only subscribers can read
    podcast: str
    video: str
    gallery: str  # many pictures


_COMMON: Final[dict[str, tuple[str, ...]]] = {
    "en": (
        "View in browser", "Unsubscribe", "Manage preferences", "More online", "Read more", "Advertisement",
        "Sponsored by", "reader",
    ),
    "es": (
        "Ver en el navegador", "Darse de baja", "Gestionar preferencias", "Más en la web", "Leer más", "Publicidad",
        "Patrocinado por", "lector",
    ),
    "pt": (
        "Ver no navegador", "Cancelar inscrição", "Gerenciar preferências", "Mais no site", "Leia mais",
        "Publicidade", "Patrocinado por", "leitor",
    ),
    "fr": (
        "Voir dans le navigateur", "Se désabonner", "Gérer mes préférences", "À lire en ligne", "Lire la suite",
        "Publicité", "Parrainé par", "lecteur",
    ),
    "de": (
        "Im Browser ansehen", "Abbestellen", "Einstellungen ändern", "Mehr im Netz", "Weiterlesen", "Anzeige",
        "Präsentiert von", "Leser",
    ),
    "it": (
        "Visualizza nel browser", "Annulla iscrizione", "Gestisci preferenze", "Altre notizie online",
        "Continua a leggere", "Pubblicità", "Offerto da", "lettore",
    ),
    "nl": (
        "Bekijk in browser", "Uitschrijven", "Voorkeuren beheren", "Meer online", "Lees verder", "Advertentie",
        "Gesponsord door", "lezer",
    ),
    "sv": (
        "Visa i webbläsaren", "Avsluta prenumerationen", "Hantera inställningar", "Mer på webben", "Läs mer",
        "Annons", "I samarbete med", "läsare",
    ),
    "da": (
        "Vis i browser", "Afmeld", "Administrer præferencer", "Mere på nettet", "Læs mere", "Annonce",
        "Sponsoreret af", "læser",
    ),
    "nb": (
        "Vis i nettleseren", "Meld deg av", "Administrer innstillinger", "Mer på nett", "Les mer", "Annonse",
        "Sponset av", "leser",
    ),
    "fi": (
        "Näytä selaimessa", "Peruuta tilaus", "Hallitse asetuksia", "Lisää verkossa", "Lue lisää", "Mainos",
        "Yhteistyössä", "lukija",
    ),
    "pl": (
        "Zobacz w przeglądarce", "Wypisz się", "Zarządzaj preferencjami", "Więcej w sieci", "Czytaj dalej",
        "Reklama", "Partner", "czytelniku",
    ),
    "cs": (
        "Zobrazit v prohlížeči", "Odhlásit odběr", "Spravovat předvolby", "Více na webu", "Číst dál", "Reklama",
        "Partner", "čtenáři",
    ),
    "tr": (
        "Tarayıcıda görüntüle", "Abonelikten çık", "Tercihleri yönet", "Daha fazlası sitede", "Devamını oku",
        "Reklam", "Sponsor", "okurumuz",
    ),
    "ru": (
        "Открыть в браузере", "Отписаться", "Настроить подписку", "Ещё на сайте", "Читать дальше", "Реклама",
        "Партнёр", "читатель",
    ),
    "uk": (
        "Відкрити в браузері", "Відписатися", "Налаштувати підписку", "Більше на сайті", "Читати далі", "Реклама",
        "Партнер", "читачу",
    ),
    "el": (
        "Προβολή στο πρόγραμμα περιήγησης", "Διαγραφή", "Διαχείριση προτιμήσεων", "Περισσότερα στον ιστότοπο",
        "Διαβάστε περισσότερα", "Διαφήμιση", "Χορηγός", "αναγνώστη",
    ),
    "ar": (
        "عرض في المتصفح", "إلغاء الاشتراك", "إدارة التفضيلات", "المزيد على الموقع", "اقرأ المزيد", "إعلان",
        "برعاية", "قارئنا",
    ),
    "he": (
        "צפייה בדפדפן", "הסרה מרשימת התפוצה", "ניהול העדפות", "עוד באתר", "להמשך קריאה", "פרסומת", "בחסות", "לקוראינו",
    ),
    "fa": (
        "مشاهده در مرورگر", "لغو اشتراک", "مدیریت تنظیمات", "مطالب بیشتر در سایت", "ادامه مطلب", "آگهی",
        "با حمایت", "خواننده",
    ),
    "hi": (
        "ब्राउज़र में देखें", "सदस्यता समाप्त करें", "प्राथमिकताएँ बदलें", "और ख़बरें वेबसाइट पर", "आगे पढ़ें", "विज्ञापन",
        "प्रायोजक", "पाठक",
    ),
    "ja": (
        "ブラウザで表示", "配信停止", "配信設定の変更", "続きはウェブで", "続きを読む", "広告", "提供", "読者",
    ),
    "ko": (
        "브라우저에서 보기", "수신 거부", "수신 설정 변경", "웹에서 더 보기", "더 읽기", "광고", "협찬", "독자",
    ),
    "zh": (
        "在浏览器中查看", "退订", "管理偏好设置", "更多内容请上网站", "阅读全文", "广告", "赞助", "读者",
    ),
    "zh_TW": (
        "在瀏覽器中檢視", "取消訂閱", "管理偏好設定", "更多內容請上網站", "閱讀全文", "廣告", "贊助", "讀者",
    ),
    "vi": (
        "Xem trong trình duyệt", "Hủy đăng ký", "Quản lý tùy chọn", "Xem thêm trên trang web", "Đọc tiếp",
        "Quảng cáo", "Tài trợ bởi", "bạn đọc",
    ),
    "id": (
        "Lihat di peramban", "Berhenti berlangganan", "Atur preferensi", "Selengkapnya di situs", "Baca selengkapnya",
        "Iklan", "Disponsori oleh", "pembaca",
    ),
}  # fmt: skip
_BRIEFING: Final[dict[str, tuple[str, ...]]] = {
    "en": ("In this issue", "Plus: {}", "More {}", "Presented by", "with {}", "Learn more", "From {}",
           "Originally: {}"),
    "es": ("En esta edición", "Además: {}", "Más de {}", "Presentado por", "con {}", "Saber más", "De {}",
           "Original: {}"),
    "pt": ("Nesta edição", "E mais: {}", "Mais de {}", "Apresentado por", "com {}", "Saiba mais", "De {}",
           "Original: {}"),
    "fr": ("Dans ce numéro", "Et aussi : {}", "Plus : {}", "Présenté par", "avec {}", "En savoir plus", "Par {}",
           "Titre d'origine : {}"),
    "de": ("In dieser Ausgabe", "Außerdem: {}", "Mehr aus {}", "Präsentiert von", "mit {}", "Mehr erfahren", "Von {}",
           "Ursprünglich: {}"),
    "it": ("In questo numero", "Inoltre: {}", "Altro da {}", "Presentato da", "con {}", "Scopri di più", "Da {}",
           "Titolo originale: {}"),
    "nl": ("In deze editie", "En verder: {}", "Meer {}", "Mede mogelijk gemaakt door", "met {}", "Meer informatie",
           "Van {}", "Oorspronkelijk: {}"),
    "sv": ("I det här numret", "Dessutom: {}", "Mer från {}", "Presenteras av", "med {}", "Läs mer", "Från {}",
           "Ursprungligen: {}"),
    "da": ("I dette nummer", "Desuden: {}", "Mere fra {}", "Præsenteres af", "med {}", "Få mere at vide", "Fra {}",
           "Oprindeligt: {}"),
    "nb": ("I denne utgaven", "Dessuten: {}", "Mer fra {}", "Presenteres av", "med {}", "Finn ut mer", "Fra {}",
           "Opprinnelig: {}"),
    "fi": ("Tässä numerossa", "Lisäksi: {}", "Lisää: {}", "Yhteistyössä", "yhteistyössä {}", "Lue lisää", "{}",
           "Alun perin: {}"),
    "pl": ("W tym numerze", "Ponadto: {}", "Więcej: {}", "Prezentuje", "z {}", "Dowiedz się więcej", "Od {}",
           "Pierwotnie: {}"),
    "cs": ("V tomto vydání", "Dále: {}", "Více: {}", "Uvádí", "s {}", "Zjistit více", "Od {}", "Původně: {}"),
    "tr": ("Bu sayıda", "Ayrıca: {}", "Daha fazla: {}", "Sunan", "{} ile", "Daha fazla bilgi", "{}",
           "Özgün başlık: {}"),
    "ru": ("В этом выпуске", "А также: {}", "Ещё: {}", "Представляет", "вместе с {}", "Подробнее", "От {}",
           "Исходный заголовок: {}"),
    "uk": ("У цьому випуску", "А також: {}", "Більше: {}", "Представляє", "разом із {}", "Докладніше", "Від {}",
           "Початковий заголовок: {}"),
    "el": ("Σε αυτό το τεύχος", "Επίσης: {}", "Περισσότερα: {}", "Παρουσιάζεται από", "με {}", "Μάθετε περισσότερα",
           "Από {}", "Αρχικά: {}"),
    "ar": ("في هذا العدد", "وأيضًا: {}", "المزيد من {}", "برعاية", "مع {}", "اعرف المزيد", "من {}",
           "العنوان الأصلي: {}"),
    "he": ("בגיליון הזה", "ועוד: {}", "עוד ב{}", "בחסות", "עם {}", "למידע נוסף", "מאת {}", "במקור: {}"),
    "fa": ("در این شماره", "همچنین: {}", "بیشتر از {}", "تقدیم از", "با {}", "بیشتر بدانید", "از {}", "عنوان اصلی: {}"),
    "hi": ("इस अंक में", "साथ में: {}", "{} की और ख़बरें", "प्रस्तुतकर्ता", "{} के साथ", "और जानें", "{} की ओर से",
           "मूल शीर्षक: {}"),
    "ja": ("今号の内容", "ほかに：{}", "{}をもっと見る", "提供", "提供：{}", "詳しく見る", "{}より", "元の見出し：{}"),
    "ko": ("이번 호에서", "그 밖에: {}", "{} 더 보기", "제공", "{} 제공", "자세히 보기", "{}에서", "원제: {}"),
    "zh": ("本期内容", "还有：{}", "更多{}", "呈献", "由{}呈献", "了解更多", "来自{}", "原标题：{}"),
    "zh_TW": ("本期內容", "還有：{}", "更多{}", "呈獻", "由{}呈獻", "了解更多", "來自{}", "原標題：{}"),
    "vi": ("Trong số này", "Ngoài ra: {}", "Thêm về {}", "Tài trợ bởi", "cùng {}", "Tìm hiểu thêm", "Từ {}",
           "Tiêu đề gốc: {}"),
    "id": ("Dalam edisi ini", "Juga: {}", "Lainnya: {}", "Dipersembahkan oleh", "bersama {}", "Pelajari lebih lanjut",
           "Dari {}", "Judul asli: {}"),
}  # fmt: skip
_MARKS: Final[dict[str, tuple[str, ...]]] = {
    "en": ("Subscribers only", "Podcast", "Video", "Photo gallery"),
    "es": ("Solo para suscriptores", "Pódcast", "Vídeo", "Galería de fotos"),
    "pt": ("Só para assinantes", "Podcast", "Vídeo", "Galeria de fotos"),
    "fr": ("Réservé aux abonnés", "Podcast", "Vidéo", "Galerie photos"),
    "de": ("Nur für Abonnenten", "Podcast", "Video", "Fotostrecke"),
    "it": ("Riservato agli abbonati", "Podcast", "Video", "Galleria fotografica"),
    "nl": ("Alleen voor abonnees", "Podcast", "Video", "Fotogalerij"),
    "sv": ("Endast för prenumeranter", "Podd", "Video", "Bildspel"),
    "da": ("Kun for abonnenter", "Podcast", "Video", "Billedgalleri"),
    "nb": ("Kun for abonnenter", "Podkast", "Video", "Bildegalleri"),
    "fi": ("Vain tilaajille", "Podcast", "Video", "Kuvagalleria"),
    "pl": ("Tylko dla prenumeratorów", "Podcast", "Wideo", "Galeria zdjęć"),
    "cs": ("Jen pro předplatitele", "Podcast", "Video", "Fotogalerie"),
    "tr": ("Yalnızca abonelere", "Podcast", "Video", "Fotoğraf galerisi"),
    "ru": ("Только для подписчиков", "Подкаст", "Видео", "Фотогалерея"),
    "uk": ("Лише для передплатників", "Подкаст", "Відео", "Фотогалерея"),
    "el": ("Μόνο για συνδρομητές", "Podcast", "Βίντεο", "Φωτογραφίες"),
    "ar": ("للمشتركين فقط", "بودكاست", "فيديو", "معرض صور"),
    "he": ("למנויים בלבד", "פודקאסט", "וידאו", "גלריית תמונות"),
    "fa": ("ویژه مشترکان", "پادکست", "ویدیو", "گالری عکس"),
    "hi": ("केवल ग्राहकों के लिए", "पॉडकास्ट", "वीडियो", "फ़ोटो गैलरी"),
    "ja": ("会員限定", "ポッドキャスト", "動画", "写真特集"),
    "ko": ("구독자 전용", "팟캐스트", "동영상", "사진 모음"),
    "zh": ("仅限订阅者", "播客", "视频", "图集"),
    "zh_TW": ("訂閱者限定", "Podcast", "影片", "圖輯"),
    "vi": ("Chỉ dành cho người đăng ký", "Podcast", "Video", "Thư viện ảnh"),
    "id": ("Khusus pelanggan", "Podcast", "Video", "Galeri foto"),
}  # fmt: skip
PHRASES: Final = {name: Labels(*words, *_BRIEFING[name], *_MARKS[name]) for name, words in _COMMON.items()}
PHRASES["no"] = PHRASES["nn"] = PHRASES["nb"]
PHRASES["zh_HK"] = PHRASES["zh_MO"] = PHRASES["zh_TW"]
PHRASES["iw"] = PHRASES["he"]
