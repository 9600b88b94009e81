package starling.router.fleet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import starling.link.Qos;
import starling.link.SessionSettings;
import starling.link.frame.PlanHash;
import starling.link.memory.InMemoryBroker;
import starling.link.memory.InMemoryTransport;
import starling.link.presence.Presence;
import starling.link.presence.Presence.Status;
import starling.link.presence.PresenceBoard;
import starling.link.topic.Role;
import starling.link.topic.Topics;
import starling.router.fixture.Await;

class FleetViewTest {
    private static final PlanHash PLAN = new PlanHash(1, 2);
    private static final Duration HEARTBEAT = Duration.ofHours(1);
    private static final long EPOCH = 50;

    private final InMemoryBroker broker = new InMemoryBroker();
    private final InMemoryTransport router = broker.newTransport();
    private final InMemoryTransport field = broker.newTransport();
    private final Topics topics = new Topics("f");
    private final AtomicLong now = new AtomicLong(1);
    private final List<Integer> away = new ArrayList<>();
    private @Nullable FleetView open;

    @AfterEach
    void close() {
        if (open != null) {
            open.close();
        }
        field.close();
        router.close();
        broker.close();
    }

    private FleetView view(int workers, int quorum, boolean degrades) {
        FleetView view = new FleetView(router, topics, workers, PLAN, quorum, degrades, HEARTBEAT, now::get);
        open = view;
        router.connect(SessionSettings.of("router"));
        field.connect(SessionSettings.of("field"));
        view.begin(EPOCH, worker -> {
                    synchronized (away) {
                        away.add(worker);
                    }
                })
                .join();
        return view;
    }

    private static Presence presence(int worker, String instance, int connection, Status status, PlanHash plan) {
        return new Presence("worker-" + worker, instance, connection, 0, status, 0, plan, EPOCH, "1.0", false);
    }

    private void say(Presence presence, boolean retained) {
        int k = Integer.parseInt(presence.identity().substring("worker-".length()));
        field.publish(topics.presence(new Role.Worker(k)), presence.toJson(), Qos.AT_LEAST_ONCE, retained)
                .join();
    }

    private static void awaitState(FleetView view, int worker, WorkerState state) {
        Await.until(
                "worker " + worker + " is " + state,
                () -> view.workers().get(worker).state() == state);
    }

    @Test
    void eachStateIsToldApart() {
        say0BeforeTheRouter();
        FleetView view = view(6, 0, true);
        awaitState(view, 0, WorkerState.ANNOUNCED);
        say(presence(1, "a", 1, Status.STARTING, PLAN), true);
        say(presence(2, "a", 1, Status.READY, PLAN), true);
        say(presence(3, "a", 1, Status.READY, new PlanHash(9, 9)), true);
        say(presence(4, "a", 1, Status.READY, PLAN), true);
        awaitState(view, 4, WorkerState.READY);
        say(presence(4, "a", 1, Status.GONE, PLAN), true);
        awaitState(view, 4, WorkerState.GONE);

        assertEquals(
                List.of(
                        WorkerState.ANNOUNCED,
                        WorkerState.STARTING,
                        WorkerState.READY,
                        WorkerState.OTHER_PLAN,
                        WorkerState.GONE,
                        WorkerState.UNKNOWN),
                view.workers().stream().map(WorkerStatus::state).toList());
        assertEquals(
                List.of(
                        "worker 0 was announced before and has not been heard since",
                        "worker 1 is starting",
                        "worker 3 has loaded another plan, 00000000000000090000000000000009",
                        "worker 4 has gone",
                        "worker 5 was never heard"),
                view.reasons());
        assertEquals(List.of(0, 1, 3, 4, 5), view.missing());
        assertEquals(1, view.ready());
        assertTrue(view.away(3));
        assertFalse(view.away(1));
        assertEquals("1.0", Objects.requireNonNull(view.workers().get(2).last()).version());
        Await.until("only a worker that served can be lost", () -> {
            synchronized (away) {
                return away.equals(List.of(4));
            }
        });
    }

    private void say0BeforeTheRouter() {
        InMemoryTransport before = broker.newTransport();
        before.connect(SessionSettings.of("before"));
        before.publish(
                        topics.presence(new Role.Worker(0)),
                        presence(0, "a", 1, Status.READY, PLAN).toJson(),
                        Qos.AT_LEAST_ONCE,
                        true)
                .join();
        before.close();
    }

    @Test
    void silenceIsNoticedAndEndsWithTheNextSignOfLife() {
        FleetView view = view(1, 0, true);
        say(presence(0, "a", 1, Status.READY, PLAN), true);
        awaitState(view, 0, WorkerState.READY);
        assertEquals(List.of(), view.reasons());

        now.addAndGet(HEARTBEAT.toNanos() * PresenceBoard.MISSED_BEATS + 1);
        view.look();
        assertEquals(List.of("worker 0 is silent"), view.reasons());
        assertFalse(view.away(0), "it may only be slow");
        synchronized (away) {
            assertEquals(List.of(), away);
        }
        say(presence(0, "a", 1, Status.READY, PLAN), false);
        awaitState(view, 0, WorkerState.READY);

        now.addAndGet(HEARTBEAT.toNanos() * PresenceBoard.MISSED_BEATS + 1);
        view.look();
        awaitState(view, 0, WorkerState.SILENT);
        say(presence(0, "a", 1, Status.GONE, PLAN), false);
        awaitState(view, 0, WorkerState.GONE);
        Await.until("it is given up", () -> {
            synchronized (away) {
                return away.equals(List.of(0));
            }
        });
        assertTrue(view.away(0));
    }

    @Test
    void anOldLastWillDoesNotRemoveANewConnection() {
        FleetView view = view(1, 0, true);
        say(presence(0, "a", 2, Status.READY, PLAN), true);
        awaitState(view, 0, WorkerState.READY);
        say(presence(0, "a", 1, Status.GONE, PLAN), false);
        say(presence(0, "zz", 1, Status.GONE, PLAN), false);
        say(presence(0, "a", 2, Status.STARTING, PLAN), false);
        awaitState(view, 0, WorkerState.STARTING);
        synchronized (away) {
            assertEquals(List.of(), away);
        }
    }

    @Test
    void strangersAndNonsenseAreIgnored() {
        FleetView view = view(1, 0, true);
        field.publish(topics.presence(new Role.Worker(0)), new byte[] {'{'}, Qos.AT_LEAST_ONCE, false)
                .join();
        field.publish(
                        topics.presence(new Role.Worker(0)),
                        presence(1, "a", 1, Status.GONE, PLAN).toJson(),
                        Qos.AT_LEAST_ONCE,
                        false)
                .join();
        say(presence(7, "a", 1, Status.READY, PLAN), false);
        field.publish(topics.presence(new Role.Worker(0)), new byte[0], Qos.AT_LEAST_ONCE, true)
                .join();
        assertEquals(WorkerState.UNKNOWN, view.workers().get(0).state());
        say(presence(0, "a", 1, Status.READY, PLAN), false);
        awaitState(view, 0, WorkerState.READY);
        assertEquals(1, view.workers().size());
    }

    @Test
    void aFleetThatWasNeverWholeIsNotServedAndOneThatWasGoesOn() {
        FleetView view = view(2, 0, true);
        say(presence(0, "a", 1, Status.READY, PLAN), true);
        awaitState(view, 0, WorkerState.READY);
        assertEquals("2 of 2 workers must be there: worker 1 was never heard", view.refusal());
        say(presence(1, "a", 1, Status.STARTING, PLAN), true);
        awaitState(view, 1, WorkerState.STARTING);
        assertNotNull(view.refusal(), "starting is not ready");
        say(presence(1, "a", 1, Status.READY, PLAN), true);
        awaitState(view, 1, WorkerState.READY);
        assertNull(view.refusal());

        say(presence(1, "a", 1, Status.GONE, PLAN), true);
        awaitState(view, 1, WorkerState.GONE);
        assertNull(view.refusal());
        say(presence(0, "a", 1, Status.STARTING, PLAN), true);
        awaitState(view, 0, WorkerState.STARTING);
        assertNull(view.refusal(), "it waits for the one that has gone, and serves");
        say(presence(0, "a", 1, Status.GONE, PLAN), true);
        awaitState(view, 0, WorkerState.GONE);
        assertEquals("1 of 2 workers must be there: worker 0 has gone, worker 1 has gone", view.refusal());
    }

    @Test
    void thePolicyFailNeedsEverybodyAlways() {
        FleetView view = view(2, 0, false);
        say(presence(0, "a", 1, Status.READY, PLAN), true);
        say(presence(1, "a", 1, Status.READY, PLAN), true);
        awaitState(view, 1, WorkerState.READY);
        assertNull(view.refusal());
        say(presence(1, "a", 1, Status.GONE, PLAN), true);
        awaitState(view, 1, WorkerState.GONE);
        assertEquals("2 of 2 workers must be there: worker 1 has gone", view.refusal());
    }

    @Test
    void aQuorumIsEnough() {
        FleetView view = view(3, 2, true);
        say(presence(0, "a", 1, Status.READY, PLAN), true);
        awaitState(view, 0, WorkerState.READY);
        assertEquals(
                "2 of 3 workers must be there: worker 1 was never heard, worker 2 was never heard", view.refusal());
        say(presence(2, "a", 1, Status.STARTING, PLAN), true);
        awaitState(view, 2, WorkerState.STARTING);
        assertNull(view.refusal());
    }

    @Test
    void withoutABrokerNothingIsReady() {
        FleetView view = view(1, 0, true);
        say(presence(0, "a", 1, Status.READY, PLAN), true);
        awaitState(view, 0, WorkerState.READY);
        router.cut();
        assertEquals(List.of("the router is not connected to the broker: its link is LOST"), view.reasons());
        assertNotNull(view.refusal());
        router.mend();
        Await.until("ready again", () -> view.reasons().isEmpty());
    }
}
