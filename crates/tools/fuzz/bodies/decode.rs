//! Any bytes, any scale: decoding neither panics nor hangs, and gives what it says. The first byte
//! chooses scale and precision, so that the mutator finds them.

use std::cell::RefCell;

use shomei_jpeg::{Buffers, File, Limits, Pixels, Precision, Scale};

thread_local! {
    /// Kept from input to input, as callers do: what one leaves behind must not harm the next.
    static BUFFERS: RefCell<Buffers> = RefCell::new(Buffers::new());
}

pub(crate) fn run(input: &[u8]) {
    let Some((&choice, data)) = input.split_first() else {
        return;
    };
    let scale = Scale::ALL[usize::from(choice & 3)];
    let precision = match choice >> 3 & 3 {
        0 | 3 => Precision::Exact,
        1 => Precision::Draft,
        _ => Precision::Checked,
    };
    BUFFERS.with_borrow_mut(|buffers| holds(data, scale, precision, buffers));
}

/// What is true of every file that can be decoded.
pub(crate) fn holds(data: &[u8], scale: Scale, precision: Precision, buffers: &mut Buffers) {
    let limits = Limits::default().with_pixels(1 << 18).with_scans(100);
    let Ok(file) = File::open(data, &limits) else {
        return;
    };
    let Ok(picture) = file.decode(scale, precision, buffers) else {
        return;
    };
    let size = picture.width * picture.height;
    let side = |length| scale.apply(length) as usize;
    assert_eq!(picture.width, side(file.header().width));
    assert_eq!(picture.height, side(file.header().height));
    match (picture.pixels, file.header().components.len()) {
        (Pixels::Rgb(pixels), 3) => assert_eq!(pixels.len(), size * 3),
        (Pixels::Grey(plane), 1) => assert_eq!(plane.len(), size),
        _ => unreachable!(),
    }
    assert!((0.0..=1.0).contains(&picture.valid_fraction));
    assert!(picture.valid_fraction == 1.0 || !picture.damage.is_empty());
    assert!(picture.extent.end.is_some() || picture.is_truncated());
    assert!(
        picture
            .damage
            .iter()
            .all(|damage| damage.offset <= data.len())
    );
}
