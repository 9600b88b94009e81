package starling.link.presence;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import starling.link.LinkState;
import starling.link.SessionSettings;
import starling.link.Timing;
import starling.link.contract.Await;
import starling.link.contract.ContractFleet;
import starling.link.contract.FaultProxy;
import starling.link.contract.NativeMosquitto;
import starling.link.frame.PlanHash;
import starling.link.mqtt.BrokerAddress;
import starling.link.mqtt.PahoTransport;
import starling.link.presence.Presence.Status;
import starling.link.topic.Role;
import starling.link.topic.Topics;

/** Presence as it will be used: through a broker with users and rights. */
class PresenceOnMosquittoTest {

    @RegisterExtension
    static final NativeMosquitto BROKER = guarded();

    private static final Topics TOPICS = ContractFleet.TOPICS;
    private static final Role.Worker ZERO = ContractFleet.ZERO;
    private static final Duration HEARTBEAT = Duration.ofMillis(100);
    private static final Timing TIMING = Timing.DEFAULT.withPauses(Duration.ofMillis(20), Duration.ofMillis(100));

    private final List<AutoCloseable> open = new ArrayList<>();

    private static NativeMosquitto guarded() {
        NativeMosquitto broker = new NativeMosquitto();
        for (Role role : ContractFleet.ROLES) {
            broker.withUser(role.user(), ContractFleet.password(role), ContractFleet.TOPICS.rights(role));
        }
        return broker;
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
    }

    private SessionSettings settings(Role role, String instance) {
        return SessionSettings.of(TOPICS, role, instance)
                .withCredentials(ContractFleet.credentials(role))
                .withTiming(TIMING);
    }

    private PresenceBoard watch(Duration heartbeat) {
        PresenceBoard board = new PresenceBoard(List.of(ZERO.user()), heartbeat, System::nanoTime);
        PahoTransport router = new PahoTransport(new BrokerAddress("127.0.0.1", BROKER.port(), false));
        open.add(0, router);
        router.connect(settings(ContractFleet.ROUTER, "router-run"));
        Await.done(board.listen(router, TOPICS.everyPresence(), TOPICS.everyHeartbeat()));
        return board;
    }

    private PahoTransport start(String instance, int port) {
        Presence first = new Presence(
                ZERO.user(), instance, 1, 0, Status.READY, 0, PlanHash.NONE, Presence.NO_EPOCH, "0.1.0", false);
        PresenceAnnouncer announcer = new PresenceAnnouncer(TOPICS, ZERO, first);
        PahoTransport transport = new PahoTransport(new BrokerAddress("127.0.0.1", port, false));
        open.add(0, transport);
        open.add(0, announcer);
        announcer.begin(transport, HEARTBEAT);
        transport.connect(announcer.settings(settings(ZERO, instance)));
        return transport;
    }

    private static boolean isThere(PresenceBoard board, String instance) {
        return board.find(ZERO.user()).map(p -> p.instance().equals(instance)).orElse(false);
    }

    @Test
    void aCutConnectionIsToldByTheWillAndANewOneIsThereAgain() throws Exception {
        // Patience of an hour: only the will can say that it is gone.
        PresenceBoard board = watch(Duration.ofMinutes(20));
        FaultProxy proxy = new FaultProxy(BROKER.port(), 1);
        open.add(proxy);
        PahoTransport transport = start("run-a", proxy.port());
        Await.until("there", () -> isThere(board, "run-a"));
        proxy.refuse();
        proxy.cut();
        Await.until("gone", () -> board.missing().contains(ZERO.user()));
        assertTrue(board.describe().contains("said good-bye or lost its connection"), board.describe());
        Await.until("noticed here too", () -> transport.state() == LinkState.LOST);
        proxy.clear();
        Await.until("there again", () -> isThere(board, "run-a"));
        assertTrue(board.find(ZERO.user()).orElseThrow().connection() > 1);
    }

    @Test
    void aFrozenProgramIsMissingAfterThreeHeartbeats() throws Exception {
        PresenceBoard board = watch(HEARTBEAT);
        FaultProxy proxy = new FaultProxy(BROKER.port(), 1);
        open.add(proxy);
        start("run-b", proxy.port());
        Await.until("there", () -> isThere(board, "run-b"));
        proxy.stall(FaultProxy.Direction.TO_SERVER);
        Await.until("silent", () -> board.describe().contains("worker-0 (silent for "));
        proxy.clear();
        Await.until("there again", () -> isThere(board, "run-b"));
    }

    @Test
    void ofTwoProgramsWithOneIdentityTheNewerStaysAndIsSeen() {
        PresenceBoard board = watch(Duration.ofMinutes(20));
        PahoTransport older = start("run-c", BROKER.port());
        Await.until("the older is there", () -> isThere(board, "run-c"));
        PahoTransport newer = start("run-d", BROKER.port());
        Await.until("the older stops", () -> older.state() == LinkState.TAKEN_OVER);
        Await.until("the newer is connected", () -> newer.state() == LinkState.CONNECTED);
        Await.until("and there", () -> isThere(board, "run-d"));
        assertTrue(!Await.perhaps(Duration.ofMillis(500), () -> !isThere(board, "run-d")), "and stays");
    }
}
