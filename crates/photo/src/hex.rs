//! Digests as text.

use std::fmt::Write;

/// Two hexadecimal digits, in lower case, for each byte.
///
/// ```
/// assert_eq!(shomei_photo::hex(&[0, 10, 255]), "000aff");
/// ```
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}
