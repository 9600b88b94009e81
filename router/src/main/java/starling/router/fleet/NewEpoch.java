package starling.router.fleet;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import starling.link.LinkException;
import starling.link.Patience;
import starling.link.Qos;
import starling.link.SessionSettings;
import starling.link.Transport;
import starling.link.presence.Presence;
import starling.link.topic.Topics;

/** The epoch of a run of the router: above those of all runs before, also where the clock has been set back. */
public final class NewEpoch {
    private static final Logger LOG = LoggerFactory.getLogger(NewEpoch.class);
    private static final long ECHO_MILLIS = 2000;

    private NewEpoch() {}

    /**
     * Connects, and finds an epoch above all that were announced before.
     *
     * @param first what the router says of itself before it has one
     * @throws LinkException when the broker cannot be reached by the connect deadline, or refuses
     */
    public static long connect(Transport transport, Topics topics, SessionSettings session, Presence first) {
        AtomicLong highest = new AtomicLong(Presence.NO_EPOCH);
        CompletableFuture<Void> echo = new CompletableFuture<>();
        CompletableFuture<Void> granted = transport.subscribe(topics.routerPresence(), message -> {
            try {
                Presence said = Presence.parse(message.payload());
                if (said.instance().equals(first.instance())) {
                    echo.complete(null);
                } else {
                    highest.accumulateAndGet(said.epoch(), Math::max);
                }
            } catch (IllegalArgumentException e) {
                LOG.debug("no presence on {}: {}", message.topic(), e.getMessage());
            }
        });
        transport.connect(session);
        Patience patience = new Patience(session.timing().connectDeadline());
        patience.await("the subscription to the router's presence", granted);
        // What the broker had kept comes before the echo of what is said now.
        patience.await(
                "the router's first word",
                transport.publish(topics.routerPresence(), first.toJson(), Qos.AT_LEAST_ONCE, false));
        try {
            echo.get(ECHO_MILLIS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            LOG.warn(
                    "the broker does not let the router read its own presence: its epoch is taken from the clock alone");
        } catch (ExecutionException e) {
            throw new IllegalStateException("the echo is completed normally", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LinkException(LinkException.Reason.CLOSED, "interrupted while starting", e);
        }
        return Math.max(System.currentTimeMillis(), highest.get() + 1);
    }
}
