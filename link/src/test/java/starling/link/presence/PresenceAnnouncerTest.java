package starling.link.presence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static starling.link.presence.PresenceTest.presence;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import starling.link.InboundMessage;
import starling.link.LinkState;
import starling.link.SessionSettings;
import starling.link.memory.InMemoryBroker;
import starling.link.memory.InMemoryTransport;
import starling.link.presence.Presence.Status;
import starling.link.topic.Role;
import starling.link.topic.Topics;

class PresenceAnnouncerTest {

    private static final Duration NEVER = Duration.ofHours(1);

    private final Topics topics = new Topics("f");
    private final Role.Worker zero = new Role.Worker(0);
    private final InMemoryBroker broker = new InMemoryBroker();
    private final InMemoryTransport watcher = broker.newTransport();
    private final BlockingQueue<InboundMessage> heard = new LinkedBlockingQueue<>();

    @BeforeEach
    void watch() {
        watcher.connect(SessionSettings.of("router"));
        watcher.subscribe(topics.everyPresence(), heard::add).join();
        watcher.subscribe(topics.everyHeartbeat(), heard::add).join();
    }

    @AfterEach
    void stop() {
        broker.close();
    }

    private InMemoryTransport start(PresenceAnnouncer announcer) {
        InMemoryTransport transport = broker.newTransport();
        announcer.begin(transport, NEVER);
        transport.connect(announcer.settings(SessionSettings.of(topics, zero, "run")));
        return transport;
    }

    private PresenceAnnouncer announcer(String instance) {
        return new PresenceAnnouncer(topics, zero, presence("worker-0", instance, 1, 0, Status.STARTING, 1));
    }

    private Presence next() throws InterruptedException {
        InboundMessage message = heard.poll(10, TimeUnit.SECONDS);
        assertTrue(message != null, "nothing heard");
        return Presence.parse(message.payload());
    }

    @Test
    void birthUpdatesHeartbeatsAndGoodByeAreHeardInOrder() throws Exception {
        PresenceAnnouncer announcer = announcer("a");
        InMemoryTransport transport = start(announcer);
        assertEquals(presence("worker-0", "a", 1, 0, Status.STARTING, 1), next());
        announcer.update(p -> p.withStatus(Status.READY).withEpoch(2));
        assertEquals(presence("worker-0", "a", 1, 0, Status.READY, 2), next());
        announcer.beat();
        assertEquals(presence("worker-0", "a", 1, 1, Status.READY, 2), next());
        transport.cut();
        assertEquals(presence("worker-0", "a", 1, 0, Status.GONE, 1), next());
        transport.mend();
        assertEquals(presence("worker-0", "a", 2, 1, Status.READY, 2), next());
        announcer.close();
        assertEquals(presence("worker-0", "a", 2, 1, Status.GONE, 2), next());
        announcer.beat();
        transport.close();
        assertEquals(0, heard.size());
    }

    @Test
    void birthsAreRetainedAndHeartbeatsAreNot() throws Exception {
        try (PresenceAnnouncer announcer = announcer("a")) {
            start(announcer);
            announcer.beat();
            next();
            next();
            InMemoryTransport late = broker.newTransport();
            late.connect(SessionSettings.of("late"));
            BlockingQueue<InboundMessage> kept = new LinkedBlockingQueue<>();
            late.subscribe("starling/f/worker/+/+", kept::add).join();
            InboundMessage birth = kept.poll(10, TimeUnit.SECONDS);
            assertTrue(birth != null && birth.retained());
            assertEquals(topics.presence(zero), birth.topic());
            assertEquals(0, kept.size());
        }
    }

    @Test
    void ofTwoProgramsWithOneIdentityTheOlderStopsAndTheBoardFollowsTheNewer() throws Exception {
        PresenceBoard board = new PresenceBoard(List.of("worker-0"), Duration.ofSeconds(60), System::nanoTime);
        try (PresenceAnnouncer first = announcer("first");
                PresenceAnnouncer second = announcer("second")) {
            InMemoryTransport older = start(first);
            assertEquals("first", next().instance());
            InMemoryTransport newer = start(second);
            assertEquals(LinkState.TAKEN_OVER, older.state());
            assertEquals(LinkState.CONNECTED, newer.state());
            // the will of the first, the birth of the second
            for (Status expected : new Status[] {Status.GONE, Status.STARTING}) {
                Presence presence = next();
                assertEquals(expected, presence.status());
                board.heard(presence, false);
            }
            assertEquals("second", board.find("worker-0").orElseThrow().instance());
        }
    }

    @Test
    void onlyOnesOwnPresenceCanBeAnnounced() {
        assertThrows(IllegalArgumentException.class, () -> new PresenceAnnouncer(
                        topics, new Role.Worker(1), presence("worker-0", "a", 1, 0, Status.READY, 1))
                .close());
        assertThrows(IllegalArgumentException.class, () -> new PresenceAnnouncer(
                        topics, new Role.Client("anna"), presence("anna", "a", 1, 0, Status.READY, 1))
                .close());
    }
}
