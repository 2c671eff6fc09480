//! Values of properties in an XMP packet.
//!
//! No XML parser: the packet may be broken, and nothing depends on more.

/// How many bytes of a value are read.
pub(crate) const MAX_VALUE: usize = 256;

/// How many values of a property are read; an editing history has some dozens.
const MAX_VALUES: usize = 64;

/// The values of `property` in `packet`: as attribute (`property="value"`), as element
/// (`property>value<`), or as element that refers to it (`property rdf:resource="value"`).
pub(crate) fn values<'a>(
    packet: &'a [u8],
    property: &'static [u8],
) -> impl Iterator<Item = &'a [u8]> {
    places(packet, property)
        .take(MAX_VALUES)
        .filter_map(move |at| {
            let rest = packet.get(at + property.len()..)?;
            let mut rest = rest.trim_ascii_start();
            if let Some(reference) = rest.strip_prefix(b"rdf:resource") {
                rest = reference.trim_ascii_start();
            }
            let value = match rest {
                [b'=', value @ ..] => value.trim_ascii_start().get(1..)?,
                [b'>', value @ ..] => value,
                _ => return None,
            };
            let end = value
                .iter()
                .take(MAX_VALUE)
                .position(|byte| matches!(byte, b'"' | b'\'' | b'<'))?;
            value.get(..end)
        })
}

/// Where `word` is in `text`.
fn places<'a>(text: &'a [u8], word: &'static [u8]) -> impl Iterator<Item = usize> + 'a {
    let mut from = 0;
    std::iter::from_fn(move || {
        loop {
            let rest = text.get(from..)?;
            let at = from + rest.iter().position(|byte| Some(byte) == word.first())?;
            from = at + 1;
            if text.get(at..)?.starts_with(word) {
                return Some(at);
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_attributes_elements_and_references() {
        for packet in [
            r#"<rdf:Description xmp:CreatorTool="GIMP 2.10" xmlns:x="y">"#,
            r"<xmp:CreatorTool>GIMP 2.10</xmp:CreatorTool>",
            r"<rdf:li a:action='saved' a:CreatorTool = 'GIMP 2.10'/>",
            r#"<xmp:CreatorTool rdf:resource="GIMP 2.10"/>"#,
        ] {
            let found: Vec<_> = values(packet.as_bytes(), b"CreatorTool").collect();
            assert_eq!(found, [b"GIMP 2.10"], "{packet}");
        }
        for packet in [
            r"<xmp:CreatorTool",
            r"CreatorTool=",
            r"CreatorTool>",
            r"CreatorTool rdf:resource",
            r"CreatorTool='GIMP 2.10",
        ] {
            assert_eq!(
                values(packet.as_bytes(), b"CreatorTool").next(),
                None,
                "{packet}"
            );
        }
    }
}
