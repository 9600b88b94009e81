package starling.experiments.exchange;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import starling.link.LinkState;
import starling.link.MessageHandler;
import starling.link.Qos;
import starling.link.SessionSettings;
import starling.link.StateListener;
import starling.link.Transport;

/** A transport that notes when its agent begins to publish on certain topics, and changes nothing. */
final class Stopwatch implements Transport {
    private final Transport over;
    private final Set<String> topics;
    private final List<Long> nanos = new ArrayList<>();

    Stopwatch(Transport over, Set<String> topics) {
        this.over = over;
        this.topics = topics;
    }

    /** The moments noted since the last call, in their order. */
    List<Long> take() {
        synchronized (nanos) {
            List<Long> taken = List.copyOf(nanos);
            nanos.clear();
            return taken;
        }
    }

    @Override
    public CompletableFuture<Void> publish(String topic, byte[] payload, Qos qos, boolean retained) {
        if (topics.contains(topic)) {
            synchronized (nanos) {
                nanos.add(System.nanoTime());
            }
        }
        return over.publish(topic, payload, qos, retained);
    }

    @Override
    public void connect(SessionSettings settings) {
        over.connect(settings);
    }

    @Override
    public CompletableFuture<Void> subscribe(String filter, MessageHandler handler) {
        return over.subscribe(filter, handler);
    }

    @Override
    public void addStateListener(StateListener listener) {
        over.addStateListener(listener);
    }

    @Override
    public LinkState state() {
        return over.state();
    }

    @Override
    public void close() {
        over.close();
    }
}
