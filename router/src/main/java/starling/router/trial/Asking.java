package starling.router.trial;

import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** What agents are asked at the moment, and who has not answered yet. Guarded by its owner's lock. */
final class Asking {
    final int kind;
    final long round;
    final Fleet.Taker taker;
    /** The place of each node among those that were asked. */
    final Map<Integer, Integer> places = new HashMap<>();

    final BitSet waiting = new BitSet();
    /** Answers that have come and are being read. */
    int reading;

    @Nullable
    RuntimeException failure;

    /** Which run of each agent was asked: a later one knows nothing of it. */
    private final Map<Integer, String> instances = new HashMap<>();

    Asking(int kind, long round, List<Fleet.Node> some, Fleet.Taker taker, IntFunction<String> instanceOf) {
        this.kind = kind;
        this.round = round;
        this.taker = taker;
        for (int i = 0; i < some.size(); i++) {
            int node = some.get(i).number();
            places.put(node, i);
            waiting.set(node);
            instances.put(node, instanceOf.apply(node));
        }
    }

    /** Whether the run that was asked is still the one that is there. */
    boolean isAsked(int node, String instance) {
        return !instance.isEmpty() && instance.equals(instances.get(node));
    }
}
