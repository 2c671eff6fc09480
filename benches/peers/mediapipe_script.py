"""A script that you might write with MediaPipe: BlazeFace, FaceMesh and SelfieSegmentation of its wheel."""

import os

os.environ.setdefault("GLOG_minloglevel", "3")

import cv2
import mediapipe as mp
import numpy as np

from common import run


def prepare():
    cv2.setNumThreads(1)
    solutions = mp.solutions
    return (
        solutions.face_detection.FaceDetection(model_selection=0),
        solutions.face_mesh.FaceMesh(static_image_mode=True, refine_landmarks=True),
        solutions.selfie_segmentation.SelfieSegmentation(model_selection=0),
    )


def opening(points, top, bottom, left, right):
    """Height over width, of an eye or a mouth."""
    height = np.linalg.norm(points[top] - points[bottom])
    return height / max(np.linalg.norm(points[left] - points[right]), 1e-6)


def review(tools, path, clock):
    detector, mesh, segmenter = tools
    image = cv2.imread(path)
    clock.lap("decode")
    if image is None:
        return ["not_readable"]
    height, width = image.shape[:2]
    rgb = cv2.cvtColor(image, cv2.COLOR_BGR2RGB)
    faces = detector.process(rgb).detections or []
    clock.lap("detector")
    found = mesh.process(rgb).multi_face_landmarks
    clock.lap("landmarks")
    mask = segmenter.process(rgb).segmentation_mask
    clock.lap("masks")
    reasons = [] if len(faces) == 1 else ["faces"]
    if not found:
        return reasons + ["no_landmarks"]
    points = np.array([(p.x * width, p.y * height) for p in found[0].landmark])
    face = (points[152, 1] - points[10, 1]) / height
    middle = (points[:, 0].min() + points[:, 0].max()) / 2 / width
    left, right = points[[33, 133]].mean(axis=0), points[[362, 263]].mean(axis=0)
    eyes = right - left
    sides = [np.linalg.norm(points[1] - points[i]) for i in (234, 454)]
    blink = min(opening(points, 159, 145, 33, 133), opening(points, 386, 374, 362, 263))
    small = cv2.resize(image, (360, 360 * height // width), interpolation=cv2.INTER_AREA)
    wall = cv2.resize(mask, small.shape[1::-1], interpolation=cv2.INTER_AREA) < 0.1
    lab = cv2.cvtColor(small, cv2.COLOR_BGR2LAB)[wall]
    checks = {
        "too_far": face < 0.3,
        "too_close": face > 0.7,
        "off_centre": abs(middle - 0.5) > 0.1,
        "tilted": abs(np.degrees(np.arctan2(eyes[1], eyes[0]))) > 8,
        "turned": abs(sides[0] - sides[1]) / sum(sides) > 0.2,
        "eyes_closed": blink < 0.15,
        "mouth_open": opening(points, 13, 14, 61, 291) > 0.09,
        "low_resolution": np.linalg.norm(eyes) < 90,
        "light": not 60 <= small.mean() <= 235,
        "background": len(lab) < 200 or np.linalg.norm(lab.std(axis=0)) > 25,
    }
    clock.lap("checks")
    return reasons + [name for name, bad in checks.items() if bad]


if __name__ == "__main__":
    run(prepare, review)
