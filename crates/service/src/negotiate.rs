//! Reads the language, the exceptions and the content type of a request.

use axum::extract::Query;
use axum::http::{HeaderMap, HeaderValue, Uri, header};
use shomei::{Code, Lang, Waivers};

use crate::problem::Problem;

/// Where the photo is in the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Carried {
    /// The photo is the whole body.
    Raw,
    /// The photo is a field of a form.
    Form,
}

/// The language of an answer: `lang` of the query, otherwise `Accept-Language`, otherwise Japanese.
/// Invalid values are ignored here, because an error message needs a language, too.
pub(crate) fn language(uri: &Uri, headers: &HeaderMap) -> Lang {
    let asked = pairs(uri).ok().and_then(|pairs| {
        pairs
            .iter()
            .rev()
            .find(|(key, _)| key == "lang")
            .and_then(|(_, lang)| lang.parse().ok())
    });
    asked.or_else(|| accepted(headers)).unwrap_or_default()
}

/// Sets the headers for the language of an answer and for what it depends on.
pub(crate) fn localise(headers: &mut HeaderMap, lang: Lang) {
    let name = HeaderValue::from_static(lang.as_str());
    headers.insert(header::CONTENT_LANGUAGE, name);
    headers.insert(header::VARY, HeaderValue::from_static("accept-language"));
}

/// The exceptions in the query. Every parameter of the query must be known.
pub(crate) fn waivers(uri: &Uri) -> Result<Waivers, Problem> {
    let mut codes = Vec::new();
    for (key, value) in pairs(uri)? {
        match key.as_str() {
            "lang" if value.parse::<Lang>().is_ok() => {}
            "lang" => return Err(Problem::UnknownLanguage),
            "waive" => {
                for name in value.split(',').filter(|_| !value.is_empty()) {
                    let code: Code = name.parse().map_err(|_| Problem::unknown_waiver(name))?;
                    // Parsing one code at a time shows which one is wrong.
                    Waivers::new([code]).map_err(|_| Problem::unknown_waiver(name))?;
                    codes.push(code);
                }
            }
            _ => return Err(Problem::UnknownParameter),
        }
    }
    Waivers::new(codes).map_err(|_| Problem::UnknownWaiver(None))
}

/// Where a body of the declared type has the photo. Without a declared type, the body is the photo.
pub(crate) fn carried(headers: &HeaderMap) -> Result<Carried, Problem> {
    let plain = |value: &str| value.trim().eq_ignore_ascii_case("identity");
    if let Some(coding) = headers.get(header::CONTENT_ENCODING)
        && !coding.to_str().is_ok_and(plain)
    {
        return Err(Problem::UnsupportedType);
    }
    match headers.get(header::CONTENT_TYPE) {
        None => Ok(Carried::Raw),
        Some(value) => {
            let value = value.to_str().map_err(|_| Problem::UnsupportedType)?;
            if essence(value).eq_ignore_ascii_case("multipart/form-data") {
                Ok(Carried::Form)
            } else {
                raw(value).map(|()| Carried::Raw)
            }
        }
    }
}

/// Whether bytes of this type may be a photo.
pub(crate) fn raw(value: &str) -> Result<(), Problem> {
    ["image/jpeg", "application/octet-stream"]
        .iter()
        .any(|taken| essence(value).eq_ignore_ascii_case(taken))
        .then_some(())
        .ok_or(Problem::UnsupportedType)
}

fn essence(value: &str) -> &str {
    value.split(';').next().unwrap_or_default().trim()
}

fn pairs(uri: &Uri) -> Result<Vec<(String, String)>, Problem> {
    Query::try_from_uri(uri)
        .map(|Query(pairs)| pairs)
        .map_err(|_| Problem::UnknownParameter)
}

/// The best supported language of `Accept-Language` (RFC 9110, 12.5.4); the first one among equals.
fn accepted(headers: &HeaderMap) -> Option<Lang> {
    let ranges = headers
        .get_all(header::ACCEPT_LANGUAGE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','));
    let mut best: Option<(Lang, u16)> = None;
    for range in ranges {
        let mut parts = range.split(';').map(str::trim);
        let tag = parts.next().unwrap_or_default();
        let primary = tag
            .split('-')
            .next()
            .unwrap_or_default()
            .to_ascii_lowercase();
        let lang = if primary == "*" {
            Some(Lang::default())
        } else {
            primary.parse().ok()
        };
        let weight = parts
            .find_map(|part| part.strip_prefix("q="))
            .map_or(Some(1000), weight);
        if let (Some(lang), Some(weight)) = (lang, weight)
            && weight > best.map_or(0, |(_, weight)| weight)
        {
            best = Some((lang, weight));
        }
    }
    best.map(|(lang, _)| lang)
}

/// A weight from 0 to 1, in thousandths.
fn weight(text: &str) -> Option<u16> {
    let (whole, rest) = text.split_once('.').unwrap_or((text, ""));
    let digits = rest.len() <= 3 && rest.bytes().all(|b| b.is_ascii_digit());
    let thousandths: u16 = format!("{rest:0<3}").parse().ok().filter(|_| digits)?;
    match whole {
        "0" => Some(thousandths),
        "1" if thousandths == 0 => Some(1000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: header::HeaderName, value: &str) -> HeaderMap {
        let value = HeaderValue::from_bytes(value.as_bytes()).unwrap();
        HeaderMap::from_iter([(name, value)])
    }

    #[test]
    fn the_language_is_that_of_the_query_then_of_the_header_then_japanese() {
        let of = |uri: &'static str, accept: &str| {
            language(
                &Uri::from_static(uri),
                &headers(header::ACCEPT_LANGUAGE, accept),
            )
        };
        assert_eq!(of("/?lang=en", "ja"), Lang::En);
        for (accept, expected) in [
            ("", Lang::Ja),
            ("fr", Lang::Ja),
            ("en", Lang::En),
            ("EN-gb, ja;q=0.9", Lang::En),
            ("ja;q=0.5, en;q=0.501", Lang::En),
            ("en;q=0.5,ja", Lang::Ja),
            ("en;q=0", Lang::Ja),
            ("fr, en;q=0.2, *;q=0.1", Lang::En),
            ("*, en;q=0.2", Lang::Ja),
            ("en;q=2, ja;q=0.1", Lang::Ja),
            ("en;q=0.1234, en;q=-1, en;q=, \u{e9}", Lang::Ja),
        ] {
            assert_eq!(of("/?lang=fr", accept), expected, "{accept}");
        }
    }

    #[test]
    fn the_query_is_known_as_a_whole() {
        let of = |uri: &'static str| waivers(&Uri::from_static(uri));
        assert!(of("/").unwrap().is_empty());
        assert!(of("/?waive=&lang=ja").unwrap().is_empty());
        let waivers = of("/?waive=turned,tilted&waive=nodding").unwrap();
        assert_eq!(waivers.iter().count(), 3);
        assert_eq!(of("/?lang=fr"), Err(Problem::UnknownLanguage));
        assert_eq!(of("/?lang="), Err(Problem::UnknownLanguage));
        assert_eq!(of("/?Lang=ja"), Err(Problem::UnknownParameter));
        assert_eq!(of("/?debug"), Err(Problem::UnknownParameter));
        let named = |name: &str| Err(Problem::UnknownWaiver(Some(name.to_owned())));
        assert_eq!(of("/?waive=turned,hat"), named("hat"));
        // A code, but one that cannot be waived.
        assert_eq!(of("/?waive=blurred"), named("blurred"));
        for uri in ["/?waive=,", "/?waive=%0d%0aset-cookie:a", "/?waive=%ff"] {
            assert_eq!(of(uri), Err(Problem::UnknownWaiver(None)), "{uri}");
        }
    }

    #[test]
    fn declared_types_other_than_photos_are_refused() {
        let of = |value| carried(&headers(header::CONTENT_TYPE, value));
        assert_eq!(carried(&HeaderMap::new()), Ok(Carried::Raw));
        assert_eq!(of("Image/JPEG"), Ok(Carried::Raw));
        assert_eq!(of("application/octet-stream; x=y"), Ok(Carried::Raw));
        assert_eq!(of("multipart/form-data; boundary=x"), Ok(Carried::Form));
        for other in [
            "",
            "image/png",
            "text/plain",
            "application/x-www-form-urlencoded",
            "写真",
        ] {
            assert_eq!(of(other), Err(Problem::UnsupportedType), "{other}");
        }
        let coded = |value| carried(&headers(header::CONTENT_ENCODING, value));
        assert_eq!(coded("identity"), Ok(Carried::Raw));
        assert_eq!(coded("gzip"), Err(Problem::UnsupportedType));
    }
}
