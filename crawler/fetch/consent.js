// Closes one banner that lies over the page, and returns the text of the button
// that it clicked, "" when there was none. It refuses before it accepts. It runs in
// a world of its own, out of reach of the page's scripts.
//
// It clicks only buttons, only inside something that lies over the page and speaks
// of cookies or consent (or closes a modal that is short), and never one that
// submits a form or leads elsewhere. In a frame that lies over its page (framed),
// all of the frame's document does.
(framed => {
  "use strict";
  const known = [
    // refuse
    "#onetrust-reject-all-handler", "#CybotCookiebotDialogBodyButtonDecline", "#didomi-notice-disagree-button", ".didomi-continue-without-agreeing",
    "[data-testid=uc-deny-all-button]", ".cky-btn-reject", ".cmplz-deny", ".osano-cm-denyAll", ".cm-btn-decline", ".iubenda-cs-reject-btn",
    ".fc-cta-do-not-consent", "#truste-consent-required", "#tarteaucitronAllDenied2", "#axeptio_btn_dismiss", ".cc-deny", ".sp_choice_type_REJECT_ALL",
    ".qc-cmp2-summary-buttons button[mode=secondary]", "#hs-eu-decline-button", ".moove-gdpr-infobar-reject-btn", "#cookiescript_reject",
    "[data-cookiebanner=reject_button]", ".ch2-deny-all-btn", "#ppms_cm_reject-all", ".pea_cook_btn.reject", "[data-cky-tag=reject-button]",
    // accept, where refusing is not offered
    "#onetrust-accept-btn-handler", "#CybotCookiebotDialogBodyLevelButtonLevelOptinAllowAll", "#CybotCookiebotDialogBodyButtonAccept",
    "#didomi-notice-agree-button", "[data-testid=uc-accept-all-button]", ".cky-btn-accept", ".cmplz-accept", ".osano-cm-accept-all", ".cm-btn-success",
    ".iubenda-cs-accept-btn", ".fc-cta-consent", "#truste-consent-button", "#tarteaucitronPersonalize2", "#axeptio_btn_acceptAll", ".cc-dismiss", ".cc-allow",
    ".sp_choice_type_11", ".qc-cmp2-summary-buttons button[mode=primary]", "#hs-eu-confirmation-button", ".moove-gdpr-infobar-allow-all",
    "#cookiescript_accept", "#cookie_action_close_header", "#cn-accept-cookie", "[data-cookiebanner=accept_button]", ".eu-cookie-compliance-default-button",
  ];
  const about = /cookie|consent|privacy|gdpr|datenschutz|confidentialit|privacidad|privacidade|隐私|隱私|プライバシー|クッキー|쿠키|개인정보|คุกกี้|ความเป็นส่วนตัว|quyền riêng tư|kebijakan privasi|kuki|конфиденциальн|куки|файлы cookie|конфіденційн|çerez|gizlilik|الارتباط|الخصوصية|کوکی|कुकी|गोपनीयता|কুকি|ගුප්ත|කුකී|குக்கீ|కుకీ|ខូគី|ឯកជនភាព|ຄຸກກີ້|ကွတ်ကီး|कुकीज|maxfiy|cookie-fayl/i;
  const words = {
    refuse: ["reject all", "reject", "refuse", "refuse all", "decline", "decline all", "deny", "deny all", "only necessary", "necessary only", "use necessary cookies only", "essential only", "only essential cookies", "continue without accepting", "no thanks", "no, thanks", "disagree", "opt out",
      "ablehnen", "alle ablehnen", "nur notwendige", "tout refuser", "refuser", "continuer sans accepter", "rechazar", "rechazar todo", "rechazar todas", "solo necesarias", "recusar", "recusar tudo", "rejeitar", "rejeitar tudo", "rifiuta", "rifiuta tutto", "weigeren", "alles afwijzen", "odrzuć", "odrzuć wszystkie",
      "отклонить", "отклонить все", "отказаться", "только необходимые", "відхилити", "відхилити все", "reddet", "tümünü reddet", "拒绝", "全部拒绝", "拒絕", "全部拒絕", "仅必要", "拒否", "すべて拒否", "同意しない", "거부", "모두 거부", "ปฏิเสธ", "ปฏิเสธทั้งหมด", "từ chối", "từ chối tất cả", "tolak", "tolak semua", "tanggihan",
      "رفض", "رفض الكل", "رد کردن", "अस्वीकार करें", "सभी अस्वीकार करें", "প্রত্যাখ্যান", "නොපිළිගන්න", "நிராகரி", "បដិសេធ", "ປະຕິເສດ", "ငြင်းပယ်ပါ", "अस्वीकार", "rad etish", "бас тарту"],
    accept: ["accept", "accept all", "accept all cookies", "accept cookies", "allow all", "allow all cookies", "allow cookies", "agree", "i agree", "i accept", "agree and continue", "agree & continue", "accept & continue", "accept and continue", "ok", "okay", "got it", "got it!", "i understand", "understood", "continue", "yes, i agree",
      "akzeptieren", "alle akzeptieren", "zustimmen", "einverstanden", "verstanden", "accepter", "tout accepter", "j'accepte", "d'accord", "aceptar", "aceptar todo", "aceptar todas", "acepto", "entendido", "aceitar", "aceitar tudo", "aceito", "concordo", "entendi", "accetta", "accetta tutto", "accetto", "accepteren", "alles accepteren", "akceptuję", "zgadzam się", "zaakceptuj wszystko",
      "принять", "принять все", "согласен", "согласиться", "хорошо", "понятно", "прийняти", "прийняти все", "погоджуюсь", "kabul et", "tümünü kabul et", "tamam", "anladım", "接受", "全部接受", "接受所有", "同意", "我同意", "知道了", "我知道了", "允许全部", "接受全部", "同意する", "すべて同意", "すべて許可", "承諾", "동의", "모두 동의", "동의합니다", "확인", "ยอมรับ", "ยอมรับทั้งหมด", "ตกลง", "đồng ý", "chấp nhận", "chấp nhận tất cả", "tôi đồng ý", "setuju", "terima", "terima semua", "saya setuju", "baiklah", "sumasang-ayon ako",
      "موافق", "قبول", "قبول الكل", "أوافق", "پذیرفتن", "قبول کریں", "स्वीकार करें", "सभी स्वीकार करें", "সম্মত", "গ্রহণ করুন", "පිළිගන්න", "ஏற்கிறேன்", "అంగీకరించు", "យល់ព្រម", "ទទួលយក", "ຍອມຮັບ", "ຕົກລົງ", "လက်ခံပါ", "သဘောတူသည်", "स्वीकार", "स्वीकार गर्नुहोस्", "qabul qilish", "roziman", "қабылдау", "зөвшөөрөх"],
    close: ["close", "dismiss", "×", "✕", "✖", "x", "schließen", "fermer", "cerrar", "fechar", "chiudi", "sluiten", "zamknij", "закрыть", "закрити", "kapat", "关闭", "關閉", "閉じる", "닫기", "ปิด", "đóng", "tutup", "isara", "إغلاق", "بستن", "बंद करें", "বন্ধ করুন", "වසන්න", "மூடு", "បិទ", "ປິດ", "ပိတ်ရန်", "बन्द गर्नुहोस्", "yopish", "жабу", "хаах"],
  };
  const clean = s => (s || "").replace(/\s+/g, " ").trim().toLowerCase();
  const shown = el => {
    const r = el.getBoundingClientRect(), s = getComputedStyle(el);
    return r.width > 1 && r.height > 1 && s.visibility !== "hidden" && s.display !== "none" && s.opacity !== "0";
  };
  // harmless: neither a submit button nor a link that leads elsewhere.
  const harmless = el => {
    if (el.closest("a[href]")) {
      const href = (el.closest("a[href]").getAttribute("href") || "").trim().toLowerCase();
      if (href !== "" && href !== "#" && !href.startsWith("javascript:void") && href !== "javascript:;") return false;
    }
    const b = el.closest("button,input");
    return !(b && b.form && (b.type === "submit" || b.type === "image"));
  };
  const noSubmit = e => { e.preventDefault(); e.stopImmediatePropagation(); };
  const click = el => {
    window.addEventListener("submit", noSubmit, true);
    try { el.click(); } finally { window.removeEventListener("submit", noSubmit, true); }
    return clean(el.innerText || el.value || el.getAttribute("aria-label") || el.id).slice(0, 60) || "button";
  };
  const roots = [document];
  for (const el of document.querySelectorAll("#usercentrics-root,#usercentrics-cmp-ui,[id*=cookie],[class*=cookie],[id*=consent],[class*=consent]")) {
    if (el.shadowRoot) roots.push(el.shadowRoot);
    if (roots.length > 10) break;
  }
  for (const sel of known) {
    for (const root of roots) {
      const el = root.querySelector(sel);
      if (el && shown(el) && harmless(el)) return click(el);
    }
  }
  // What lies over the page: fixed or sticky, or a dialog by role.
  const overlays = [];
  let looked = 0;
  for (const root of roots) {
    for (const el of root.querySelectorAll("dialog[open],[role=dialog],[role=alertdialog],[aria-modal=true],div,section,aside,footer,form,header")) {
      if (++looked > 5000 || overlays.length > 30) break;
      const modal = el.matches("dialog[open],[role=dialog],[role=alertdialog],[aria-modal=true]");
      const position = getComputedStyle(el).position;
      if (!modal && position !== "fixed" && position !== "sticky") continue;
      if (!shown(el)) continue;
      const text = el.innerText || "";
      if (text.length > 4000) continue; // a page in a box, not a banner
      overlays.push({el, modal, cookies: about.test(text), short: text.length < 600});
    }
  }
  if (framed && document.body && shown(document.body)) {
    const text = document.body.innerText || "";
    if (text.length <= 4000) overlays.push({el: document.body, modal: false, cookies: about.test(text), short: text.length < 600});
  }
  for (const kind of ["refuse", "accept", "close"]) {
    for (const o of overlays) {
      if (!o.cookies && !(kind === "close" && o.modal && o.short)) continue;
      for (const b of o.el.querySelectorAll("button,[role=button],input[type=button],a")) {
        const label = clean(b.innerText || b.value || b.getAttribute("aria-label") || b.title);
        if (label.length > 40 || !words[kind].includes(label.replace(/[.!…]+$/, "")) && !words[kind].includes(label)) continue;
        if (shown(b) && harmless(b)) return click(b);
      }
    }
  }
  return "";
})
