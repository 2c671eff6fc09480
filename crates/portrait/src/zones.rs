//! The zones of a face, in the units of [`FaceAxes`](crate::axes::FaceAxes): the distance
//! of the eyes, from the point between them.

/// A rectangle in face axes: `u` along the eye line to the picture's right, `v` down the face.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Zone {
    pub(crate) u: (f32, f32),
    pub(crate) v: (f32, f32),
}

/// Left of the middle, then right of it.
pub(crate) type Pair = [Zone; 2];

/// The zone and its mirror image.
const fn pair(u: (f32, f32), v: (f32, f32)) -> Pair {
    [Zone { u: (-u.1, -u.0), v }, Zone { u, v }]
}

/// The whole face, brows to chin.
pub(crate) const FACE: Zone = Zone {
    u: (-0.9, 0.9),
    v: (-0.8, 1.5),
};
/// Brows, eyes, nose and mouth: where every face has edges.
pub(crate) const FEATURES: Zone = Zone {
    u: (-0.95, 0.95),
    v: (-0.5, 1.35),
};
/// Brows to cheekbones, temple to temple.
pub(crate) const AROUND_EYES: Zone = Zone {
    u: (-0.95, 0.95),
    v: (-0.35, 0.45),
};
/// Tip of the nose to the chin's upper half.
pub(crate) const LOWER_FACE: Zone = Zone {
    u: (-0.55, 0.55),
    v: (0.65, 1.5),
};
/// The lips and what is around them.
pub(crate) const MOUTH: Zone = Zone {
    u: (-0.35, 0.35),
    v: (0.85, 1.25),
};
/// The eyes alone.
pub(crate) const EYES: Pair = pair((0.25, 0.75), (-0.18, 0.18));
/// The skin below the eyes, above the lower rim of glasses.
pub(crate) const UNDER_EYES: Pair = pair((0.3, 0.7), (0.1, 0.24));
/// Bare skin beside the nose, below the lenses of glasses and above most beards: what colours
/// are compared with.
pub(crate) const CHEEKS: Pair = pair((0.4, 0.75), (0.6, 0.9));
/// Cheekbones: free of masks and most beards.
pub(crate) const BELOW_EYES: Pair = pair((0.3, 0.8), (0.25, 0.5));
/// Beside the cheeks and the jaw: wall or hair, unless cloth surrounds the face.
pub(crate) const BESIDE_JAW: Pair = pair((0.95, 1.25), (0.4, 1.3));
/// Skin without features, in which noise is seen: the cheeks up to the lower lids, the forehead.
pub(crate) const SMOOTH: [Pair; 2] = [
    pair((0.4, 0.75), (0.4, 0.9)),
    pair((0.0, 0.4), (-0.8, -0.5)),
];
/// What an even light makes equally bright on both sides: the forehead, the cheeks out to where
/// they turn away, the jaw.
pub(crate) const LIT: [Pair; 3] = [
    pair((0.15, 0.6), (-0.75, -0.45)),
    pair((0.35, 0.8), (0.35, 0.8)),
    pair((0.25, 0.6), (1.1, 1.45)),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_mirrored_and_left_comes_first() {
        let [left, right] = CHEEKS;
        assert!((left.u.0 + right.u.1).abs() < 1e-6 && (left.u.1 + right.u.0).abs() < 1e-6);
        assert!(left.u.0 < left.u.1 && left.u.1 < 0.0 && right.u.0 > 0.0);
    }
}
