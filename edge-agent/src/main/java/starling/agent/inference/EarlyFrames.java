package starling.agent.inference;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.function.Consumer;
import starling.link.frame.Frame;

/**
 * Keeps frames of inferences whose input has not come yet: at most {@code capacity} of them (one more pushes out the oldest), each for at most
 * {@code patienceNanos}. Cost: O(frames kept) per call.
 */
final class EarlyFrames {
    private record Kept(Frame frame, long untilNanos) {}

    private final ArrayDeque<Kept> frames = new ArrayDeque<>();
    private final int capacity;
    private final long patienceNanos;

    EarlyFrames(int capacity, long patienceNanos) {
        this.capacity = capacity;
        this.patienceNanos = patienceNanos;
    }

    /** Keeps a frame; false if another had to go for it. */
    boolean keep(Frame frame, long nowNanos) {
        boolean room = frames.size() < capacity;
        if (!room) {
            frames.removeFirst();
        }
        frames.addLast(new Kept(frame, nowNanos + patienceNanos));
        return room;
    }

    /** Hands over the frames of one inference in the order in which they came. */
    void take(long inference, Consumer<Frame> to) {
        if (frames.isEmpty()) {
            return;
        }
        for (Iterator<Kept> each = frames.iterator(); each.hasNext(); ) {
            Frame frame = each.next().frame();
            if (frame.header().inference() == inference) {
                each.remove();
                to.accept(frame);
            }
        }
    }

    /** Forgets frames that were kept long enough; returns how many. */
    int expire(long nowNanos) {
        int expired = 0;
        for (Kept first = frames.peekFirst(); first != null && nowNanos - first.untilNanos() >= 0; ) {
            frames.removeFirst();
            expired++;
            first = frames.peekFirst();
        }
        return expired;
    }

    void clear() {
        frames.clear();
    }

    int size() {
        return frames.size();
    }
}
