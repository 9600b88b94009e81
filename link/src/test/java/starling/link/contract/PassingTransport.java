package starling.link.contract;

import java.util.concurrent.CompletableFuture;
import starling.link.LinkState;
import starling.link.MessageHandler;
import starling.link.Qos;
import starling.link.SessionSettings;
import starling.link.StateListener;
import starling.link.Transport;

/** Passes everything on to another transport, so that a test can change one thing. */
public class PassingTransport implements Transport {
    private final Transport inner;

    public PassingTransport(Transport inner) {
        this.inner = inner;
    }

    @Override
    public void connect(SessionSettings settings) {
        inner.connect(settings);
    }

    @Override
    public CompletableFuture<Void> publish(String topic, byte[] payload, Qos qos, boolean retained) {
        return inner.publish(topic, payload, qos, retained);
    }

    @Override
    public CompletableFuture<Void> subscribe(String filter, MessageHandler handler) {
        return inner.subscribe(filter, handler);
    }

    @Override
    public void addStateListener(StateListener listener) {
        inner.addStateListener(listener);
    }

    @Override
    public LinkState state() {
        return inner.state();
    }

    @Override
    public void close() {
        inner.close();
    }
}
