#!/usr/bin/env python3
"""Writes records of one camera, as many lines and paths as are asked for, ten people at a time, a face on every tenth point.

usage: report_records.py LINES PATHS OUT.jsonl
"""

import random
import sys
from datetime import datetime, timedelta, timezone

START = datetime(2026, 3, 1, 7, 0, tzinfo=timezone.utc)
ENVELOPE = '{"v":"1.1","event":"%s","feed":"entrance","session":"40d475b5-64c7-4276-81bb-621a82d97dd0","seq":%d,"time":"%s",'
FACE = (',"face_pts_ms":%d,"face":{"box":{"left":0.69695,"top":0.40008,"width":0.05796,"height":0.10303},"confidence":95.17,"landmarks":['
        '{"type":"eyeLeft","x":0.71159,"y":0.42762},{"type":"eyeRight","x":0.73623,"y":0.42543},{"type":"nose","x":0.72421,"y":0.45571},'
        '{"type":"mouthLeft","x":0.71264,"y":0.46583},{"type":"mouthRight","x":0.73765,"y":0.46426}],"pose":{"roll":-2.38,"yaw":-0.8,'
        '"pitch":-10.25},"quality":{"brightness":69.72,"sharpness":27.12}}')


def stamp(ms):
    return (START + timedelta(milliseconds=ms)).strftime("%Y-%m-%dT%H:%M:%S.") + f"{ms % 1000:03d}Z"


def main(lines, paths, out):
    rng = random.Random(1)
    points = max(2, lines // paths - 2)
    sequence, track, ms, active = 0, 0, 0, []
    with open(out, "w") as file:
        def write(event, keys):
            nonlocal sequence
            file.write(ENVELOPE % (event, sequence, now) + keys + "}\n")
            sequence += 1

        now = stamp(0)
        write("session_start", '"version":"0.2.0","models":[],"settings":{"fps":5}')
        write("stream_start", '"run":1,"codec":"h264","container":"rtsp","frame_width":1280,"frame_height":720,"pixel_format":"yuv420p",'
              '"color_range":"tv","clock":"ntp","time_origin":"clock","source":"rtsp://192.0.2.1/"')
        while track < paths or active:
            now = stamp(ms)
            while track < paths and len(active) < 10 and (rng.random() < 0.3 or not active):
                track += 1
                active.append([track, rng.random() < 0.5, rng.uniform(0.2, 0.5), 0, ms])
                write("path_start", '"track":%d,"frame":%d,"pts_ms":%d,"box":{"left":0.0,"top":%.5f,"width":0.05,"height":0.3},"entry":"left"'
                      % (track, ms // 200, ms, active[-1][2]))
            for person in active:
                person[3] += 1
                x = person[3] / points * 0.9
                write("path", '"track":%d,"frame":%d,"pts_ms":%d,"box":{"left":%.5f,"top":%.5f,"width":0.05123,"height":0.30321},"confidence":%.2f,'
                      '"source":"measured"%s' % (person[0], ms // 200, ms, 0.9 - x if person[1] else x, person[2] + rng.uniform(-0.01, 0.01),
                                                 rng.uniform(50, 99), FACE % ms if rng.random() < 0.1 else ""))
            for person in [person for person in active if person[3] >= points]:
                active.remove(person)
                write("path_end", '"track":%d,"cause":"left_frame","start":"%s","end":"%s","duration_ms":%d,"points":%d,"distance":0.9,"mean_speed":0.05,'
                      '"entry":"left","exit":"right","zones":[],"lines":[],"best_face_confidence":95.1'
                      % (person[0], stamp(person[4]), now, ms - person[4], points))
            ms += 200
        now = stamp(ms)
        write("stream_end", '"reason":"interrupted","frames":%d,"analyzed":%d,"decode_errors":0' % (ms // 200, ms // 200))
        write("session_end", '"analyzed":%d,"paths":%d,"points":%d,"faces":0' % (ms // 200, paths, paths * points))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
