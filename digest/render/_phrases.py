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


PHRASES: Final[dict[str, Labels]] = {
    "en": Labels(
        "View in browser", "Unsubscribe", "Manage preferences", "More online", "Read more", "Advertisement",
        "Sponsored by", "reader",
    ),
    "es": Labels(
        "Ver en el navegador", "Darse de baja", "Gestionar preferencias", "Más en la web", "Leer más", "Publicidad",
        "Patrocinado por", "lector",
    ),
    "pt": Labels(
        "Ver no navegador", "Cancelar inscrição", "Gerenciar preferências", "Mais no site", "Leia mais",
        "Publicidade", "Patrocinado por", "leitor",
    ),
    "fr": Labels(
        "Voir dans le navigateur", "Se désabonner", "Gérer mes préférences", "À lire en ligne", "Lire la suite",
        "Publicité", "Parrainé par", "lecteur",
    ),
    "de": Labels(
        "Im Browser ansehen", "Abbestellen", "Einstellungen ändern", "Mehr im Netz", "Weiterlesen", "Anzeige",
        "Präsentiert von", "Leser",
    ),
    "it": Labels(
        "Visualizza nel browser", "Annulla iscrizione", "Gestisci preferenze", "Altre notizie online",
        "Continua a leggere", "Pubblicità", "Offerto da", "lettore",
    ),
    "nl": Labels(
        "Bekijk in browser", "Uitschrijven", "Voorkeuren beheren", "Meer online", "Lees verder", "Advertentie",
        "Gesponsord door", "lezer",
    ),
    "sv": Labels(
        "Visa i webbläsaren", "Avsluta prenumerationen", "Hantera inställningar", "Mer på webben", "Läs mer",
        "Annons", "I samarbete med", "läsare",
    ),
    "da": Labels(
        "Vis i browser", "Afmeld", "Administrer præferencer", "Mere på nettet", "Læs mere", "Annonce",
        "Sponsoreret af", "læser",
    ),
    "nb": Labels(
        "Vis i nettleseren", "Meld deg av", "Administrer innstillinger", "Mer på nett", "Les mer", "Annonse",
        "Sponset av", "leser",
    ),
    "fi": Labels(
        "Näytä selaimessa", "Peruuta tilaus", "Hallitse asetuksia", "Lisää verkossa", "Lue lisää", "Mainos",
        "Yhteistyössä", "lukija",
    ),
    "pl": Labels(
        "Zobacz w przeglądarce", "Wypisz się", "Zarządzaj preferencjami", "Więcej w sieci", "Czytaj dalej",
        "Reklama", "Partner", "czytelniku",
    ),
    "cs": Labels(
        "Zobrazit v prohlížeči", "Odhlásit odběr", "Spravovat předvolby", "Více na webu", "Číst dál", "Reklama",
        "Partner", "čtenáři",
    ),
    "tr": Labels(
        "Tarayıcıda görüntüle", "Abonelikten çık", "Tercihleri yönet", "Daha fazlası sitede", "Devamını oku",
        "Reklam", "Sponsor", "okurumuz",
    ),
    "ru": Labels(
        "Открыть в браузере", "Отписаться", "Настроить подписку", "Ещё на сайте", "Читать дальше", "Реклама",
        "Партнёр", "читатель",
    ),
    "uk": Labels(
        "Відкрити в браузері", "Відписатися", "Налаштувати підписку", "Більше на сайті", "Читати далі", "Реклама",
        "Партнер", "читачу",
    ),
    "el": Labels(
        "Προβολή στο πρόγραμμα περιήγησης", "Διαγραφή", "Διαχείριση προτιμήσεων", "Περισσότερα στον ιστότοπο",
        "Διαβάστε περισσότερα", "Διαφήμιση", "Χορηγός", "αναγνώστη",
    ),
    "ar": Labels(
        "عرض في المتصفح", "إلغاء الاشتراك", "إدارة التفضيلات", "المزيد على الموقع", "اقرأ المزيد", "إعلان",
        "برعاية", "قارئنا",
    ),
    "he": Labels(
        "צפייה בדפדפן", "הסרה מרשימת התפוצה", "ניהול העדפות", "עוד באתר", "להמשך קריאה", "פרסומת", "בחסות", "לקוראינו",
    ),
    "fa": Labels(
        "مشاهده در مرورگر", "لغو اشتراک", "مدیریت تنظیمات", "مطالب بیشتر در سایت", "ادامه مطلب", "آگهی",
        "با حمایت", "خواننده",
    ),
    "hi": Labels(
        "ब्राउज़र में देखें", "सदस्यता समाप्त करें", "प्राथमिकताएँ बदलें", "और ख़बरें वेबसाइट पर", "आगे पढ़ें", "विज्ञापन",
        "प्रायोजक", "पाठक",
    ),
    "ja": Labels(
        "ブラウザで表示", "配信停止", "配信設定の変更", "続きはウェブで", "続きを読む", "広告", "提供", "読者",
    ),
    "ko": Labels(
        "브라우저에서 보기", "수신 거부", "수신 설정 변경", "웹에서 더 보기", "더 읽기", "광고", "협찬", "독자",
    ),
    "zh": Labels(
        "在浏览器中查看", "退订", "管理偏好设置", "更多内容请上网站", "阅读全文", "广告", "赞助", "读者",
    ),
    "zh_TW": Labels(
        "在瀏覽器中檢視", "取消訂閱", "管理偏好設定", "更多內容請上網站", "閱讀全文", "廣告", "贊助", "讀者",
    ),
    "vi": Labels(
        "Xem trong trình duyệt", "Hủy đăng ký", "Quản lý tùy chọn", "Xem thêm trên trang web", "Đọc tiếp",
        "Quảng cáo", "Tài trợ bởi", "bạn đọc",
    ),
    "id": Labels(
        "Lihat di peramban", "Berhenti berlangganan", "Atur preferensi", "Selengkapnya di situs", "Baca selengkapnya",
        "Iklan", "Disponsori oleh", "pembaca",
    ),
}  # fmt: skip
PHRASES["no"] = PHRASES["nn"] = PHRASES["nb"]
PHRASES["zh_HK"] = PHRASES["zh_MO"] = PHRASES["zh_TW"]
PHRASES["iw"] = PHRASES["he"]
