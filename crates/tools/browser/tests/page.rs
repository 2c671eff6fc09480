//! What an applicant sees and can do.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use fantoccini::key::Key;
use serde_json::{Value, json};
use shomei_service_browser::{Page, Screen, axe, photos, target};

type Test = Result<(), fantoccini::error::CmdError>;

/// Kinds of what is drawn, and how far it stands out of the picture, in pixels of the screen.
const DRAWN: &str = "(() => {
    const edge = document.querySelector('#photo').getBoundingClientRect();
    const parts = [...document.querySelectorAll('#overlay *:not(g):not(.casing)')];
    return {
        kinds: [...new Set(parts.map(part => part.getAttribute('class') || part.tagName))],
        out: Math.max(...parts.map(part => part.getBoundingClientRect()).map(at => Math.max(
            edge.left - at.left, edge.top - at.top, at.right - edge.right, at.bottom - edge.bottom))),
        picture: [edge.width, edge.height],
    };
})()";

async fn drawn(page: &Page) -> Vec<String> {
    let drawn = page.value(DRAWN).await;
    assert!(drawn["out"].as_f64().unwrap() <= 1.0, "{drawn}");
    assert!(drawn["picture"][0].as_f64().unwrap() > 100.0, "{drawn}");
    let kinds = drawn["kinds"].as_array().unwrap();
    kinds
        .iter()
        .map(|kind| kind.as_str().unwrap().to_owned())
        .collect()
}

async fn language(page: &Page) -> Value {
    page.value("[document.documentElement.lang, new URLSearchParams(location.search).get('lang')]")
        .await
}

#[tokio::test]
async fn a_good_photo_in_both_languages() -> Test {
    let page = Page::open(Screen::Desktop, "ja").await;
    page.choose("accept_studio_man_01.jpg").await;
    assert_eq!(page.text("#verdict").await, "問題は見つかりませんでした");
    assert!(page.text("#next").await.contains("提出されていません"));
    assert_eq!(drawn(&page).await, ["head", "face"]);
    assert_eq!(language(&page).await, json!(["ja", "ja"]));
    // A screen reader goes on with the verdict.
    assert_eq!(page.value("document.activeElement.id").await, "verdict");
    page.screenshot("accept_ja_desktop").await;

    page.find("#langs [lang=en]").await.click().await?;
    page.settled().await;
    assert_eq!(page.text("#verdict").await, "No problems were found");
    assert!(page.text("#next").await.contains("not submitted"));
    assert_eq!(drawn(&page).await, ["head", "face"]);
    assert_eq!(language(&page).await, json!(["en", "en"]));
    assert_eq!(page.value("document.activeElement.value").await, "en");
    assert_eq!(
        page.value("document.querySelector('#status').textContent.split('\\n')[0]")
            .await,
        "No problems were found"
    );
    page.screenshot("accept_en_desktop").await;
    page.close().await;
    Ok(())
}

#[tokio::test]
async fn a_photo_from_too_close_in_both_languages() -> Test {
    let page = Page::open(Screen::Desktop, "en").await;
    page.choose("too_close_plain.jpg").await;
    assert_eq!(page.text("#verdict").await, "This photo cannot be used");
    assert_eq!(page.text("#found-title").await, "What was found (1)");
    assert!(
        page.text("#findings li .advice")
            .await
            .contains("from farther away")
    );
    assert!(
        page.text("#findings li .tag")
            .await
            .contains("Must be changed")
    );
    assert_eq!(
        drawn(&page).await,
        ["head", "face", "region", "circle", "text"]
    );
    page.screenshot("too_close_en_desktop").await;

    page.find("#langs [lang=ja]").await.click().await?;
    page.settled().await;
    assert_eq!(page.text("#verdict").await, "この写真は使えません");
    assert!(page.text("#findings li .advice").await.contains("離れて"));
    assert_eq!(language(&page).await, json!(["ja", "ja"]));

    // There and back asks the service once for each language.
    page.run("window.fetch = () => { throw new Error('asked again') };")
        .await;
    page.find("#langs [lang=en]").await.click().await?;
    assert_eq!(page.text("#verdict").await, "This photo cannot be used");
    page.close().await;
    Ok(())
}

#[tokio::test]
async fn the_side_where_the_face_is_cut() -> Test {
    let page = Page::open(Screen::Desktop, "en").await;
    page.choose("face_cut_left.jpg").await;
    assert!(drawn(&page).await.contains(&"cut".to_owned()));
    let bar = page
        .value(
            "(() => { const edge = document.querySelector('#photo').getBoundingClientRect(); \
             const bar = document.querySelector('.cut').getBoundingClientRect(); \
             return [bar.left - edge.left, bar.width / edge.width, bar.height / edge.height]; })()",
        )
        .await;
    let bar: Vec<f64> = bar
        .as_array()
        .unwrap()
        .iter()
        .map(|part| part.as_f64().unwrap())
        .collect();
    assert!(
        bar[0].abs() < 2.0 && bar[1] > 0.01 && bar[1] < 0.05 && bar[2] > 0.99,
        "{bar:?}"
    );
    page.screenshot("face_cut_en_desktop").await;
    page.close().await;
    Ok(())
}

#[tokio::test]
async fn things_behind_are_marked_and_brought_forward() -> Test {
    let page = Page::open(Screen::Desktop, "ja").await;
    page.choose("background_object_room.jpg").await;
    assert!(page.text("#findings li").await.contains("4か所"));
    let marked = "document.querySelectorAll('#overlay [data-finding=\"1\"] .region').length";
    assert_eq!(page.value(marked).await, 4);
    page.run("document.querySelector('#findings [data-finding=\"2\"] button').focus();")
        .await;
    let lit = "[...document.querySelectorAll('#overlay .lit')].map(part => part.dataset.finding)";
    assert_eq!(page.value(lit).await, json!(["2", "2"]));
    page.screenshot("room_ja_desktop").await;
    page.close().await;
    Ok(())
}

#[tokio::test]
async fn a_turned_phone_photo_stands_upright() -> Test {
    let page = Page::open(Screen::Phone(390), "ja").await;
    page.choose("accept_exif_orientation_6.jpg").await;
    // Stored 1157 × 900.
    assert_eq!(
        page.value("[photo.naturalWidth, photo.naturalHeight]")
            .await,
        json!([900, 1157])
    );
    assert_eq!(
        page.value("overlay.getAttribute('viewBox')").await,
        "0 0 900 1157"
    );
    assert_eq!(drawn(&page).await, ["head", "face"]);
    page.screenshot("turned_ja_phone").await;
    page.close().await;
    Ok(())
}

#[tokio::test]
async fn a_person_decides() -> Test {
    let page = Page::open(Screen::Phone(390), "en").await;
    page.choose("off_centre.jpg").await;
    assert_eq!(
        page.text("#verdict").await,
        "A person will look at this photo"
    );
    assert!(
        page.text("#next")
            .await
            .contains("nothing you need to do now")
    );
    page.screenshot("refer_en_phone").await;
    page.close().await;
    Ok(())
}

#[tokio::test]
async fn what_is_no_photo_is_told_without_a_picture() -> Test {
    let page = Page::open(Screen::Desktop, "ja").await;
    page.choose("not_jpeg_text.jpg").await;
    assert_eq!(page.text("#verdict").await, "この写真は使えません");
    assert!(page.text("#findings li").await.contains("JPEG"));
    assert!(!page.find("#picture").await.is_displayed().await?);
    // The page does not stop at its own idea of what a photo is.
    page.choose("not_jpeg.png").await;
    assert!(page.text("#findings li").await.contains("PNG"));
    page.close().await;
    Ok(())
}

#[tokio::test]
async fn with_the_keyboard_alone() -> Test {
    let page = Page::open(Screen::Desktop, "en").await;
    let focus = "(() => { const at = document.activeElement; return at.id || at.value || at.closest('li')?.dataset.finding || at.tagName; })()";
    let visible = "(() => { const at = document.activeElement; \
        return [at, at.nextElementSibling].some(each => each && getComputedStyle(each).outlineStyle === 'solid'); })()";
    for stop in ["ja", "en", "file"] {
        page.press(Key::Tab).await;
        assert_eq!(page.value(focus).await, stop);
        assert_eq!(page.value(visible).await, true, "{stop}");
    }
    page.choose("face_cut_left.jpg").await;
    for stop in ["1", "2", "another"] {
        page.press(Key::Tab).await;
        assert_eq!(page.value(focus).await, stop);
        assert_eq!(page.value(visible).await, true, "{stop}");
        if stop != "another" {
            let lit = "document.querySelector('#overlay .lit')?.dataset.finding";
            assert_eq!(page.value(lit).await, stop);
        }
    }
    // Chosen with a key, a region stays marked when the focus goes on.
    page.run("document.querySelector('#findings button').focus()")
        .await;
    page.find("#findings button").await.send_keys(" ").await?;
    page.press(Key::Tab).await;
    page.press(Key::Tab).await;
    assert_eq!(
        page.value("document.querySelector('#overlay .lit').dataset.finding")
            .await,
        "1"
    );
    assert_eq!(
        page.value("document.querySelector('#findings button').ariaPressed")
            .await,
        "true"
    );
    page.run("document.querySelector('#langs [lang=ja]').focus()")
        .await;
    page.press(Key::Enter).await;
    page.settled().await;
    assert_eq!(page.text("#verdict").await, "この写真は使えません");
    page.close().await;
    Ok(())
}

#[tokio::test]
async fn narrow_screens_never_scroll_sideways() -> Test {
    for width in [390, 320] {
        let page = Page::open(Screen::Phone(width), "en").await;
        let wide = "document.documentElement.scrollWidth";
        assert_eq!(page.value(wide).await, width);
        assert!(page.find("label[for=camera]").await.is_displayed().await?);
        for (photo, lang) in [("too_close_selfie.jpg", "ja"), ("multiple_faces.jpg", "en")] {
            page.goto(&format!("?lang={lang}")).await;
            page.choose(photo).await;
            assert_eq!(page.value(wide).await, width, "{photo}");
            let _kinds = drawn(&page).await;
            page.screenshot(&format!(
                "{}_{lang}_{width}",
                photo.trim_end_matches(".jpg")
            ))
            .await;
        }
        page.close().await;
    }
    Ok(())
}

#[tokio::test]
async fn axe_finds_nothing_serious() -> Test {
    let axe = axe();
    for screen in [Screen::Desktop, Screen::Phone(390)] {
        let page = Page::open(screen, "ja").await;
        for scheme in ["light", "dark"] {
            let media = json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
            page.tools("Emulation.setEmulatedMedia", media).await;
            for (photo, lang) in [
                (None, "ja"),
                (Some("accept_studio_man_01.jpg"), "ja"),
                (Some("too_close_selfie.jpg"), "en"),
                (Some("off_centre.jpg"), "en"),
                (Some("not_jpeg_text.jpg"), "ja"),
            ] {
                page.goto(&format!("?lang={lang}")).await;
                if let Some(photo) = photo {
                    page.choose(photo).await;
                }
                page.run(&axe).await;
                let found = page
                    .promised(
                        "axe.run().then(found => found.violations.map(each => \
                    [each.impact, each.id, each.nodes.map(node => node.html)]))",
                    )
                    .await;
                let serious: Vec<_> = found
                    .as_array()
                    .unwrap()
                    .iter()
                    .filter(|each| each[0] == "serious" || each[0] == "critical")
                    .collect();
                assert!(serious.is_empty(), "{scheme} {photo:?}: {serious:#?}");
                assert_eq!(found, json!([]), "{scheme} {photo:?}");
            }
            page.goto("?lang=ja").await;
            page.choose("face_cut_left.jpg").await;
            let name = if screen == Screen::Desktop {
                "desktop"
            } else {
                "phone"
            };
            page.screenshot(&format!("{scheme}_{name}")).await;
        }
        page.close().await;
    }
    Ok(())
}

/// Answers of the service that a test cannot bring about, for the next calls of `fetch`; then the
/// real ones. A status of 0 is a connection that fails.
async fn next_answers(page: &Page, statuses: &[u16]) {
    page.run(&format!(
        "const [real, next] = [window.realFetch ?? window.fetch, {statuses:?}]; \
         Object.assign(window, {{ realFetch: real, asked: 0 }}); \
         window.fetch = (...all) => {{ window.asked++; const status = next.shift(); \
           if (status === undefined) return real(...all); \
           if (status === 0) return Promise.reject(new TypeError('Failed to fetch')); \
           return Promise.resolve(Response.json({{ status, code: {{ 503: 'deadline' }}[status], request_id: 'r-1' }}, {{ status, headers: {{ 'Retry-After': '1' }} }})); }};"
    ))
    .await;
}

#[tokio::test]
async fn errors_in_words_and_another_try() -> Test {
    let page = Page::open(Screen::Desktop, "en").await;
    for (status, en, ja) in [
        (
            0,
            "The service cannot be reached",
            "サービスに接続できません",
        ),
        (
            503,
            "did not finish in time",
            "時間内に確認が終わりませんでした",
        ),
        (
            500,
            "Something is wrong with the service",
            "サービスに問題が起きています",
        ),
    ] {
        page.goto("?lang=en").await;
        next_answers(&page, &[status]).await;
        page.choose("accept_studio_man_01.jpg").await;
        assert_eq!(
            page.text("#verdict").await,
            "The photo could not be checked"
        );
        assert!(page.text("#next").await.contains(en), "{status}");
        assert_eq!(
            page.find("#enquiry").await.is_displayed().await?,
            status != 0
        );
        page.find("#langs [lang=ja]").await.click().await?;
        assert!(page.text("#next").await.contains(ja), "{status}");
        page.find("#retry").await.click().await?;
        page.settled().await;
        assert_eq!(page.text("#verdict").await, "問題は見つかりませんでした");
    }
    page.close().await;
    Ok(())
}

#[tokio::test]
async fn a_busy_service_is_asked_again() -> Test {
    let page = Page::open(Screen::Desktop, "en").await;
    next_answers(&page, &[429]).await;
    page.send(&photos().join("accept_studio_man_01.jpg")).await;
    page.until("document.querySelector('#next').textContent.includes('The service is busy')")
        .await;
    assert!(
        page.value("document.querySelector('#status').textContent")
            .await
            .as_str()
            .unwrap()
            .contains("try 2 of 5")
    );
    page.settled().await;
    assert_eq!(page.text("#verdict").await, "No problems were found");
    assert_eq!(page.value("asked").await, 2);

    next_answers(&page, &[429; 6]).await;
    page.choose("accept_studio_man_01.jpg").await;
    assert!(page.text("#next").await.contains("very busy"));
    assert_eq!(page.value("asked").await, 5);
    page.close().await;
    Ok(())
}

#[tokio::test]
async fn a_file_that_is_too_large_is_not_sent() -> Test {
    let page = Page::open(Screen::Desktop, "ja").await;
    next_answers(&page, &[]).await;
    let file = target().join("large.jpg");
    std::fs::create_dir_all(target()).unwrap();
    std::fs::write(&file, vec![0; 16 * 1024 * 1024 + 1]).unwrap();
    page.send(&file).await;
    page.settled().await;
    assert!(page.text("#next").await.contains("大きすぎます"));
    assert!(!page.find("#retry").await.is_displayed().await?);
    assert_eq!(page.value("asked").await, 0);
    std::fs::write(&file, []).unwrap();
    page.send(&file).await;
    page.until("document.querySelector('#next').textContent.includes('読み込めませんでした')")
        .await;
    assert_eq!(page.value("asked").await, 0);
    page.close().await;
    Ok(())
}

#[tokio::test]
async fn the_second_photo_replaces_the_first() -> Test {
    let page = Page::open(Screen::Desktop, "en").await;
    // The first answer comes after the second, from a browser that does not stop the question.
    page.run(
        "const [real, revoke] = [window.fetch, URL.revokeObjectURL]; \
         Object.assign(window, { asked: 0, late: 0, stopped: 0, revoked: [] }); \
         URL.revokeObjectURL = url => { window.revoked.push(url); revoke.call(URL, url); }; \
         window.fetch = (url, { signal, ...options }) => { const first = window.asked++ === 0; \
           if (first) signal.addEventListener('abort', () => window.stopped++); \
           return real(url, options).then(answer => first \
             ? new Promise(done => setTimeout(() => { window.late++; done(answer); }, 2000)) : answer); };",
    )
    .await;
    page.send(&photos().join("too_close_plain.jpg")).await;
    page.until("window.asked === 1").await;
    let first = page.value("document.querySelector('#photo').src").await;
    page.choose("accept_studio_man_01.jpg").await;
    assert_eq!(page.text("#verdict").await, "No problems were found");
    assert_eq!(page.value("[stopped, late]").await, json!([1, 0]));
    assert_eq!(page.value("revoked").await, json!([first]));
    page.until("window.late === 1").await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(page.text("#verdict").await, "No problems were found");
    assert_eq!(
        page.value("document.querySelectorAll('#findings li').length")
            .await,
        0
    );
    page.close().await;
    Ok(())
}

#[tokio::test]
async fn a_photo_is_dropped_on_the_page() -> Test {
    let page = Page::open(Screen::Desktop, "en").await;
    page.run(
        "const all = new DataTransfer(); all.items.add(new File(['no photo'], 'a.jpg')); \
         document.body.dispatchEvent(new DragEvent('drop', { dataTransfer: all, bubbles: true, cancelable: true }));",
    )
    .await;
    page.settled().await;
    assert!(page.text("#findings li").await.contains("JPEG"));
    page.close().await;
    Ok(())
}

#[tokio::test]
async fn a_large_photo_does_not_freeze_the_page() -> Test {
    let page = Page::open(Screen::Desktop, "en").await;
    let megapixels = page
        .promised(
            "(async () => { const canvas = new OffscreenCanvas(6000, 6000); const context = canvas.getContext('2d'); \
             context.fillStyle = '#ccc'; context.fillRect(0, 0, 6000, 6000); \
             window.large = new File([await canvas.convertToBlob({ type: 'image/jpeg' })], 'large.jpg'); \
             await new Promise(done => setTimeout(done, 500)); \
             window.gaps = []; let last = performance.now(); \
             setInterval(() => { const now = performance.now(); gaps.push(now - last); last = now; }, 10); \
             return 36; })()",
        )
        .await;
    assert_eq!(megapixels, 36);
    page.run(
        "const all = new DataTransfer(); all.items.add(large); \
         document.body.dispatchEvent(new DragEvent('drop', { dataTransfer: all, bubbles: true, cancelable: true }));",
    )
    .await;
    page.settled().await;
    page.until("document.querySelector('#photo').naturalWidth === 6000")
        .await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert!(page.text("#findings li").await.contains("No face"));
    let longest = page.value("Math.max(...gaps)").await.as_f64().unwrap();
    assert!(longest < 400.0, "{longest} ms");
    page.close().await;
    Ok(())
}

#[tokio::test]
async fn words_are_whole_in_both_languages() -> Test {
    let page = Page::open(Screen::Desktop, "en").await;
    let bad = page
        .promised(
            "import('/assets/words.mjs').then(({ WORDS }) => { \
             const places = text => (text.match(/\\{\\w+\\}/g) ?? []).sort().join(); \
             return [Object.keys(WORDS).length, ...Object.entries(WORDS).filter(([, pair]) => \
               pair.length !== 2 || pair.some(text => !text.trim()) || places(pair[0]) !== places(pair[1])).map(([key]) => key)]; })",
        )
        .await;
    let bad = bad.as_array().unwrap();
    assert!(bad[0].as_u64().unwrap() > 30 && bad.len() == 1, "{bad:?}");
    // The browser's language, where the address says nothing.
    page.tools(
        "Emulation.setUserAgentOverride",
        json!({"userAgent": "test", "acceptLanguage": "ja-JP"}),
    )
    .await;
    page.goto("").await;
    assert_eq!(page.value("document.documentElement.lang").await, "ja");
    page.close().await;
    Ok(())
}
