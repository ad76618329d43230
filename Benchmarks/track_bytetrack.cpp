// Runs a C++ port of ByteTrack (github.com/Vertical-Beach/ByteTrack-cpp, which is not part of this project) on a file of
// lines frame,left,top,width,height,score, in order of frame. Results go to standard output in MOTChallenge's format,
// the seconds spent in the tracker to standard error. track_cpp.py compiles it.
#include <ByteTrack/BYTETracker.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <vector>

int main(int, char **arguments) {
    const int frameCount = std::atoi(arguments[2]);
    std::vector<std::vector<byte_track::Object>> frames(frameCount);
    std::FILE *file = std::fopen(arguments[1], "r");
    if (file == nullptr) return 1;
    int frame;
    float left, top, width, height, score;
    while (std::fscanf(file, "%d,%f,%f,%f,%f,%f", &frame, &left, &top, &width, &height, &score) == 6) {
        frames.at(frame - 1).emplace_back(byte_track::Rect<float>(left, top, width, height), 0, score);
    }
    std::fclose(file);

    byte_track::BYTETracker tracker;
    std::vector<std::vector<byte_track::BYTETracker::STrackPtr>> found;
    std::chrono::duration<double> spent(0);
    for (int index = 0; index < frameCount; index++) {
        const auto start = std::chrono::steady_clock::now();
        const auto tracks = tracker.update(frames[index]);
        spent += std::chrono::steady_clock::now() - start;
        for (const auto &track : tracks) {
            const auto &box = track->getRect();
            std::printf("%d,%zu,%f,%f,%f,%f,1,-1,-1,-1\n", index + 1, track->getTrackId(), box.x(), box.y(),
                        box.width(), box.height());
        }
    }
    std::fprintf(stderr, "%.9f\n", spent.count());
}
