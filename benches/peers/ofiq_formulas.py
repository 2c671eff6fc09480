"""The formulas of OFIQ (ISO/IEC 29794-5) as `ofiqpy` writes them, on substitute networks.

This is not OFIQ: its own networks are in no registry. Those of MediaPipe's wheel replace them:
BlazeFace as the detector, FaceMesh for the 98 landmarks and the pose, SelfieSegmentation for the
parsing; nothing counts as covered. Measures that need other networks (unified score, sharpness,
compression, expression, head covering) are left out. OFIQ gives scores and no verdict. Here, a photo is
accepted if no score is below 50, which says little.
"""

import os

os.environ.setdefault("GLOG_minloglevel", "3")

import cv2
import numpy as np
from ofiqpy.align import align, landmarked_region
from ofiqpy.measures import geometry, pixel
from ofiqpy.measures.core import Measures
from ofiqpy.session import Session

from common import run
from mediapipe_script import prepare as mediapipe_networks

# Points of the mesh where OFIQ wants its landmarks 33 to 97, and, to be spread evenly over its
# 0 to 32, the outline from temple to temple.
FEATURES = """
    70 63 105 66 107 55 65 52 53   336 296 334 293 300 283 282 295 285
    168 197 5 4   98 97 2 326 327
    33 160 159 158 133 153 145 144   362 385 386 387 263 373 374 380
    61 40 37 0 267 270 291 321 314 17 84 91   78 81 13 311 308 402 14 178   468 473
"""
OUTLINE = """
    127 234 93 132 58 172 136 150 149 176 148 152
    377 400 378 379 365 397 288 361 323 454 356
"""
FEATURES = [int(index) for index in FEATURES.split()]
OUTLINE = [int(index) for index in OUTLINE.split()]
NETWORK_SIDE = 1024


def prepare():
    return (*mediapipe_networks(), Measures(None))


def landmarks(mesh):
    outline = mesh[OUTLINE]
    steps = np.linalg.norm(np.diff(outline, axis=0), axis=1)
    along = np.concatenate([[0], np.cumsum(steps)])
    even = np.linspace(0, along[-1], 33)
    spread = np.stack([np.interp(even, along, outline[:, axis]) for axis in (0, 1)], axis=1)
    return np.concatenate([spread, mesh[FEATURES]])


def review(tools, path, clock):
    detector, mesher, segmenter, measures = tools
    image = cv2.imread(path)
    clock.lap("decode")
    if image is None:
        return ["not_readable"]
    height, width = image.shape[:2]
    session = Session(image=image)
    scale = min(1.0, NETWORK_SIDE / max(height, width))
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    rgb = cv2.cvtColor(small, cv2.COLOR_BGR2RGB)
    faces = detector.process(rgb).detections or []
    clock.lap("detector")
    boxes = [face.location_data.relative_bounding_box for face in faces]
    session.n_faces = len(boxes)
    session.face_areas = sorted((b.width * b.height for b in boxes), reverse=True)
    found = mesher.process(rgb).multi_face_landmarks
    clock.lap("landmarks")
    if not boxes or not found:
        return ["faces"]
    deep = np.array([(p.x * width, p.y * height, p.z * width) for p in found[0].landmark])
    across, down = deep[454] - deep[234], deep[152] - deep[10]
    # OFIQ's names for the angles: its formulas read the yaw under "pitch".
    session.pitch = np.degrees(np.arctan2(across[2], across[0]))
    session.yaw = np.degrees(np.arctan2(down[2], down[1]))
    session.roll = np.degrees(np.arctan2(across[1], across[0]))
    box = boxes[0]
    session.bbox = np.array([box.xmin, box.ymin, box.xmin + box.width, box.ymin + box.height])
    session.bbox *= [width, height, width, height]
    session.landmarks = landmarks(deep[:, :2])
    session.aligned_face, session.aligned_landmarks, session.affine = align(image, session.landmarks)
    session.landmarked_region = landmarked_region(session.aligned_landmarks)
    clock.lap("checks")
    aligned = cv2.cvtColor(session.aligned_face, cv2.COLOR_BGR2RGB)
    mask = segmenter.process(aligned).segmentation_mask
    session.parsing = (cv2.resize(mask[0:556, 30:586], (400, 400)) > 0.1).astype(np.uint8)
    session.occlusion_mask = np.ones((616, 616), np.uint8)
    clock.lap("masks")
    values = [
        measure(session)
        for measure in (
            measures.luminance_mean,
            measures.head_size,
            measures.head_pose,
            geometry.inter_eye_distance,
            geometry.single_face_present,
            geometry.eyes_open,
            geometry.mouth_closed,
            geometry.crop_of_face,
            pixel.background_uniformity,
            pixel.illumination_uniformity,
            pixel.luminance_variance,
            pixel.under_exposure,
            pixel.over_exposure,
            pixel.dynamic_range,
            pixel.natural_colour,
        )
    ]
    clock.lap("checks")
    flat = [v for value in values for v in (value if isinstance(value, tuple) else (value,))]
    return [v.name for v in flat if v.scalar is not None and v.scalar < 50]


run(prepare, review)
