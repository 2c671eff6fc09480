//! The codes of waived checks in the cells of tables.

use sha2::{Digest, Sha256};
use shomei::{WaiverError, Waivers};

/// The codes of a cell, separated by `;`, `,` or white space.
pub(crate) fn waivers(cell: &str) -> Result<Waivers, WaiverError> {
    let codes: Vec<_> = cell
        .split(|c: char| c == ';' || c == ',' || c.is_whitespace())
        .filter(|code| !code.is_empty())
        .collect();
    codes.join(",").parse()
}

/// Adds `waivers` to `digest`.
pub(crate) fn digest_codes(waivers: &Waivers, digest: &mut Sha256) {
    for code in waivers.iter() {
        digest.update(code.as_str());
        digest.update(",");
    }
    digest.update(";");
}
