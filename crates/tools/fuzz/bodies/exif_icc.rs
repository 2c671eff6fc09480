//! A sound picture with any metadata: they cost no picture, and what is said of them is what a
//! reader may rely on. The first byte chooses the picture, and whether the last segment follows the
//! picture instead; the rest are segments, each a byte for its marker, two for its length and its
//! content.

use std::cell::RefCell;

use shomei_decode::{Limits, Options, Scratch, decode};
use shomei_photo::{Decoding, IccState};

thread_local! {
    static SCRATCH: RefCell<Scratch> = RefCell::new(Scratch::new());
}

const PICTURES: [&[u8]; 2] = [include_bytes!("colour.jpg"), include_bytes!("grey.jpg")];

pub(crate) fn run(data: &[u8]) {
    let Some((&choice, mut rest)) = data.split_first() else {
        return;
    };
    let picture = PICTURES[usize::from(choice & 1)];
    let mut file = picture[..2].to_vec();
    let mut trailer: &[u8] = &[];
    while let [marker, high, low, content @ ..] = rest {
        let length = usize::from(u16::from_be_bytes([*high, *low])).min(65_533);
        let (content, behind) = content.split_at(length.min(content.len()));
        rest = behind;
        if choice & 2 != 0 && rest.is_empty() {
            trailer = content;
            break;
        }
        // Exif and XMP, ICC, Photoshop's, a comment, JUMBF. Adobe's says what colours mean.
        file.extend([
            0xFF,
            [0xE1, 0xE2, 0xED, 0xFE, 0xEB][usize::from(marker % 5)],
        ]);
        file.extend((content.len() as u16 + 2).to_be_bytes());
        file.extend(content);
    }
    file.extend(&picture[2..]);
    file.extend(trailer);

    let decoded = SCRATCH
        .with_borrow_mut(|scratch| decode(&file, &Limits::default(), &Options::default(), scratch));
    assert_eq!(decoded.facts.decoding, Decoding::Complete);
    assert_eq!(decoded.facts.bytes, file.len() as u64);
    let (Some(facts), Some(photo)) = (decoded.facts.jpeg, decoded.photo) else {
        panic!("complete, and nothing there");
    };
    assert!((1..=8).contains(&facts.orientation));
    assert_eq!(facts.shown_size(), Some(photo.frame().original()));
    let picture = photo.frame().picture();
    assert_eq!(
        (photo.size().width(), photo.size().height()),
        (picture.width, picture.height)
    );
    assert!(facts.eoi && facts.trailing_bytes == trailer.len() as u64);
    // Pixels change for a profile alone; grey stays grey without one.
    if facts.icc != IccState::Converted && choice & 1 == 1 {
        let mut pixels = photo.rgb().chunks_exact(3);
        assert!(pixels.all(|pixel| pixel[0] == pixel[1] && pixel[1] == pixel[2]));
    }
    for name in [facts.editor, facts.edit_mark.map(|mark| mark.name)] {
        assert!(name.is_none_or(|name| !name.is_empty() && !name.contains(char::is_control)));
    }
}
