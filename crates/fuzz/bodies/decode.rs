//! Any bytes, any scale and form: `decode` neither panics nor hangs, and gives what it says.
//! The first byte chooses scale, form and precision, so that the mutator finds them.

use std::cell::RefCell;

use shomei_jpeg::{Buffers, Limits, Options, Output, Pixels, Precision, Scale, decode};

thread_local! {
    /// Kept from input to input, as callers do: what one leaves behind must not harm the next.
    static BUFFERS: RefCell<Buffers> = RefCell::new(Buffers::new());
}

pub(crate) fn run(input: &[u8]) {
    let Some((&choice, data)) = input.split_first() else {
        return;
    };
    let scale = Scale::ALL[usize::from(choice & 3)];
    let output = if choice & 4 == 0 {
        Output::Rgb
    } else {
        Output::Planes
    };
    let precision = match choice >> 3 & 3 {
        0 | 3 => Precision::Exact,
        1 => Precision::Draft,
        _ => Precision::Checked,
    };
    let options = Options::new(scale).output(output).precision(precision);
    BUFFERS.with_borrow_mut(|buffers| holds(data, &options, buffers));
}

/// What is true of every file that `decode` takes.
pub(crate) fn holds(data: &[u8], options: &Options, buffers: &mut Buffers) {
    let limits = Limits::default().with_pixels(1 << 18).with_scans(100);
    let Ok(picture) = decode(data, &options.limits(limits), buffers) else {
        return;
    };
    let size = picture.width * picture.height;
    let side = |length| options.scale.apply(length) as usize;
    assert_eq!(picture.width, side(picture.header.width));
    assert_eq!(picture.height, side(picture.header.height));
    match picture.pixels {
        Pixels::Rgb(pixels) => assert_eq!(pixels.len(), size * 3),
        Pixels::Grey(plane) => assert_eq!(plane.len(), size),
        Pixels::Planes(planes) => assert!(planes.iter().all(|plane| plane.len() == size)),
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
