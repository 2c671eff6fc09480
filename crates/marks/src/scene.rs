//! The photo as planes of 8 bits, and what is where.

use shomei_photo::{ImageSize, PersonClass, Photo, Subject};

/// Working pixels along a side of a cell of the map.
pub(crate) const CELL: usize = 4;

/// What a place shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Wall,
    Hair,
    Face,
    /// Skin of the body, clothes, things.
    Body,
}

/// Planes and map of a photo.
pub(crate) struct Scene<'a> {
    rgb: &'a [u8],
    pub(crate) width: usize,
    pub(crate) height: usize,
    /// Luma (ITU-R BT.601), 0 to 255.
    pub(crate) luma: Vec<u8>,
    /// Red over the mean of green and blue, halved, from 128: red, orange and yellow ink is high,
    /// blue and green ink low, greys are 128, skin about 150.
    pub(crate) warmth: Vec<u8>,
    columns: usize,
    places: Vec<Place>,
}

impl<'a> Scene<'a> {
    /// `None` if the subject has no masks.
    pub(crate) fn of(photo: &'a Photo, subject: &Subject) -> Option<Self> {
        let (width, height) = (photo.size().width(), photo.size().height());
        let cell = CELL as u32;
        let grid = ImageSize::new(width.div_ceil(cell), height.div_ceil(cell))?;
        let person = subject.person.as_ref()?.resampled(grid);
        let classes = subject.classes.as_ref()?;
        let of = |class| classes.of(class).resampled(grid);
        let (background, hair, face) = (
            of(PersonClass::Background),
            of(PersonClass::Hair),
            of(PersonClass::FaceSkin),
        );
        let places = person
            .iter()
            .zip(&background)
            .zip(hair.iter().zip(&face))
            .map(|((&person, &background), (&hair, &face))| {
                if person.midpoint(1.0 - background) < 0.5 {
                    Place::Wall
                } else if hair > 0.4 {
                    Place::Hair
                } else if face > 0.4 {
                    Place::Face
                } else {
                    Place::Body
                }
            })
            .collect();
        let count = photo.rgb().len() / 3;
        let (mut luma, mut warmth) = (vec![0; count], vec![0; count]);
        let planes = luma.iter_mut().zip(&mut warmth);
        for ((luma, warmth), rgb) in planes.zip(photo.rgb().chunks_exact(3)) {
            let [r, g, b] = [rgb[0], rgb[1], rgb[2]].map(u16::from);
            // The weights of BT.601 over 256.
            *luma = ((77 * r + 150 * g + 29 * b) >> 8) as u8;
            *warmth = ((512 + 2 * r - g - b) >> 2) as u8;
        }
        Some(Self {
            rgb: photo.rgb(),
            width: width as usize,
            height: height as usize,
            luma,
            warmth,
            columns: grid.width() as usize,
            places,
        })
    }

    /// What is at a working pixel inside the photo.
    pub(crate) fn place(&self, x: usize, y: usize) -> Place {
        self.places[y / CELL * self.columns + x / CELL]
    }

    /// The colour of a working pixel inside the photo.
    pub(crate) fn rgb(&self, x: usize, y: usize) -> [u8; 3] {
        let at = (y * self.width + x) * 3;
        [self.rgb[at], self.rgb[at + 1], self.rgb[at + 2]]
    }
}
