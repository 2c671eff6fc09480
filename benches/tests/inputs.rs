//! The photos that the benchmarks run on are what the comparisons say of them.

use shomei::{Reviewer, Verdict};
use shomei_benches::inputs::files;

#[test]
fn nine_of_ten_photos_of_the_mix_are_good() {
    let reviewer = Reviewer::builder().build().unwrap();
    let verdict = |bytes: &Vec<u8>| reviewer.review(bytes).verdict();
    let mix = files("mix-1mp").unwrap();
    let refused: Vec<_> = mix
        .iter()
        .filter(|(_, bytes)| verdict(bytes) != Verdict::Accept)
        .map(|(name, _)| name.as_str())
        .collect();
    assert_eq!(mix.len(), 10);
    assert_eq!(refused, ["mix-1mp/08.jpg"]);
}
