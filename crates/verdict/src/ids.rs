//! Ids of photos, which callers choose. Most are paths with `/`.

/// Characters of an id that a message shows.
const SHOWN: usize = 60;
/// Characters that are kept from the start of a longer id.
const START: usize = 20;

/// The id in quotes for a message: control characters are escaped, and a long id is shortened in the
/// middle, so that the file name stays.
///
/// ```
/// let id = format!("photos/{}/0001.jpg", "a".repeat(99));
/// let shown = shomei_verdict::ids::shown(&id);
/// assert!(shown.starts_with("\"photos/aaa") && shown.ends_with("a/0001.jpg\""));
/// ```
#[must_use]
pub fn shown(id: &str) -> String {
    let length = id.chars().count();
    if length <= SHOWN {
        return format!("{id:?}");
    }
    let start: String = id.chars().take(START).collect();
    let end: String = id.chars().skip(length - (SHOWN - 1 - START)).collect();
    format!("{:?}", format!("{start}…{end}"))
}

/// The id and its ends, the longest first: `a/b/c`, `b/c`, `c`.
pub fn ends(id: &str) -> impl Iterator<Item = &str> {
    let starts = id.match_indices('/').map(|(at, _)| at + 1);
    std::iter::once(0).chain(starts).map(|at| &id[at..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_long_ids_are_cut_and_keep_both_ends() {
        let id = |length| "a/".to_owned() + &"é".repeat(length - 4) + "/z";
        assert_eq!(shown(&id(SHOWN)), format!("{:?}", id(SHOWN)));
        for length in [SHOWN + 1, 1000] {
            let shown = shown(&id(length));
            assert_eq!(shown.chars().count(), SHOWN + 2);
            assert!(shown.starts_with("\"a/é") && shown.ends_with("é/z\""));
            assert!(shown.contains("é…é"), "{shown}");
        }
        assert_eq!(shown("\u{1b}\n\""), r#""\u{1b}\n\"""#);
    }

    #[test]
    fn ends_begin_behind_a_slash() {
        let of = |id| ends(id).collect::<Vec<_>>();
        assert_eq!(of("a/b/c"), ["a/b/c", "b/c", "c"]);
        assert_eq!(of("/a/"), ["/a/", "a/", ""]);
        assert_eq!(of(""), [""]);
    }
}
