//! The words of the pages in both languages.

use shomei_verdict::Lang;

/// The unit of a limit, which the policy names in English.
pub(super) fn unit(unit: &'static str, lang: Lang) -> &'static str {
    match (lang, unit) {
        (Lang::En, _) => unit,
        (Lang::Ja, "share, 1 is the whole") => "割合（1が全体）",
        (Lang::Ja, "degrees") => "度",
        (Lang::Ja, "ΔE of CIE L*a*b*") => "色差ΔE（CIE L*a*b*）",
        (Lang::Ja, "CIE L*a*b* units") => "CIE L*a*b*の値",
        (Lang::Ja, "pixels of the original") => "元画像の画素",
        (Lang::Ja, "dots of the print at 300 dpi") => "印刷時の画素（300 dpi）",
        (Lang::Ja, "how many") => "個数",
        (Lang::Ja, "bytes") => "バイト",
        (Lang::Ja, "IJG quality") => "IJG品質",
        (Lang::Ja, other) => other,
    }
}

macro_rules! words {
    ($($name:ident: $ja:literal, $en:literal;)+) => {
        /// One field a phrase.
        pub(super) struct Words {
            $(pub(super) $name: &'static str,)+
        }

        pub(super) const fn words(lang: Lang) -> Words {
            match lang {
                Lang::Ja => Words { $($name: $ja,)+ },
                Lang::En => Words { $($name: $en,)+ },
            }
        }
    };
}

words! {
    summary: "集計", "Summary";
    gallery: "写真一覧", "Gallery";
    other_lang: "English", "日本語";
    title: "写真審査の結果", "Photo reviews";
    photos: "写真", "photos";
    accepted: "適", "accepted";
    referred: "要確認", "referred";
    rejected: "不適", "rejected";
    unable: "判定不能", "unable";
    alone: "単独", "alone";
    reasons: "理由", "Reasons";
    reasons_note: "1枚の写真に複数の理由がつくことがあります。「単独」は、その理由だけがついた写真の枚数です。行を選ぶと、該当する写真が表示されます。",
        "A photo may have several reasons. “Alone” counts the photos that have only this one. Select a row to see its photos.";
    reason: "理由", "Reason";
    measurements: "測定値の分布", "Measurements";
    measurements_note: "基準値ごとの分布。棒の高さは枚数の平方根です。破線は要確認、実線は不適となる基準です。値は、両方の基準をそこに置いたときにちょうど合格となる値です。",
        "One figure for each limit. The height of a bar is the square root of the number of photos. Dashed line: photos beyond it are referred to a person. Solid line: photos beyond it are rejected. A value is the limit at which the photo would just pass.";
    mixed: "基準は最初の写真のもの", "limits of the first photo; other photos had different ones";
    off_scale: "枚は範囲外", "off the scale";
    policy: "基準", "Policy";
    throughput: "1枚あたりの処理時間", "CPU time per photo";
    throughput_note: "枚/秒（1コア）", "photos/s on one core";
    gone: "写真が見つかりません", "photo not found";
    unreadable: "表示できません", "cannot be shown";
    no_picture: "画像なし", "no picture";
    verdict: "判定", "Verdict";
    all: "すべて", "all";
    previous: "前へ", "Previous";
    next: "次へ", "Next";
    overlays: "図示", "Overlays";
    of: "／", "of";
    none: "該当する写真はありません。", "No photo matches.";
    loading: "読み込み中…", "Loading…";
    advice: "対処方法", "What to do";
    close: "閉じる", "Close";
    keys: "← → 写真を選ぶ · Enter 拡大 · N / P 次・前のページ · 0–3 判定 · O 図示 · Esc 閉じる",
        "← → choose · Enter enlarge · N / P next and previous page · 0–3 verdict · O overlays · Esc close";
    legend: "青: 顔 · 水色: 頭部 · 桃: 背景の物や影 · 灰破線: 切り抜き · 赤・橙・紫: 理由の箇所",
        "blue: face · cyan: head · pink: objects and shadows in the background · dashed grey: trim · red, amber, violet: places of the reasons";
    no_script: "写真一覧にはJavaScriptが必要です。", "The gallery needs JavaScript.";
    wait: "data フォルダが見つかりません。", "The folder “data” is missing.";
}

#[cfg(test)]
mod tests {
    use super::*;
    use shomei_verdict::limit_pairs;

    #[test]
    fn every_unit_is_told_in_both_languages() {
        for pair in limit_pairs() {
            assert_eq!(unit(pair.unit, Lang::En), pair.unit);
            assert_ne!(unit(pair.unit, Lang::Ja), pair.unit, "{}", pair.title());
        }
    }
}
