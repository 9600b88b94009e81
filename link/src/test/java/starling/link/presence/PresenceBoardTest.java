package starling.link.presence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static starling.link.presence.PresenceTest.presence;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import starling.link.InboundMessage;
import starling.link.presence.Presence.Status;

class PresenceBoardTest {

    private static final String W = "worker-0";

    private long now = Long.MAX_VALUE - 5_000_000_000L; // a monotonic clock may overflow
    private final PresenceBoard board = new PresenceBoard(List.of(W, "worker-1"), Duration.ofSeconds(1), () -> now);

    private void pass(long millis) {
        now += millis * 1_000_000;
    }

    private void live(String instance, int connection, long beat) {
        board.heard(presence(W, instance, connection, beat, Status.READY, 5), false);
    }

    private void gone(String instance, int connection, long beat) {
        board.heard(presence(W, instance, connection, beat, Status.GONE, 5), false);
    }

    private boolean there() {
        return board.present().contains(W);
    }

    @Test
    void somebodyIsThereForThreeHeartbeatsAfterTheLastSign() {
        assertEquals(Set.of(), board.present());
        live("a", 1, 0);
        assertEquals(Set.of(W), board.present());
        assertEquals(Set.of("worker-1"), board.missing());
        pass(3000);
        assertTrue(there());
        pass(1);
        assertEquals(Set.of(W, "worker-1"), board.missing());
        assertEquals(Optional.empty(), board.find(W));
        live("a", 1, 3);
        assertEquals(3, board.find(W).orElseThrow().beat());
    }

    @Test
    void aRetainedBirthAloneMakesNobodyThere() {
        board.heard(presence(W, "ghost", 1, 0, Status.READY, 5), true);
        assertEquals(Set.of(), board.present());
        live("ghost", 1, 1);
        assertTrue(there(), "no ghost at all");
    }

    @Test
    void anOldWillCannotKillANewerConnectionOrInstance() {
        live("a", 1, 7);
        gone("b", 1, 0);
        assertTrue(there());
        live("a", 2, 7);
        gone("a", 1, 0);
        assertTrue(there(), "the will of a's first connection");
        live("b", 1, 0);
        gone("a", 2, 0);
        assertTrue(there(), "the will of the former instance");
        gone("b", 1, 0);
        assertTrue(!there(), "its own will");
    }

    @Test
    void afterAWillOnlyALaterSignOfLifeCounts() {
        live("a", 1, 7);
        gone("a", 1, 0);
        live("a", 1, 7);
        assertTrue(!there(), "an old sign, overtaken by the will");
        live("a", 1, 8);
        assertTrue(there());
        gone("a", 1, 8);
        live("a", 2, 8);
        assertTrue(there(), "a new connection");
    }

    @Test
    void ofTwoInstancesTheOneThatGoesOnIsBelieved() {
        live("a", 1, 7);
        live("b", 1, 0);
        live("a", 1, 7);
        assertEquals("b", board.find(W).orElseThrow().instance(), "late sign of a");
        board.heard(presence(W, "a", 1, 9, Status.READY, 5), true);
        assertEquals("b", board.find(W).orElseThrow().instance(), "retained");
        live("a", 2, 8);
        assertEquals("a", board.find(W).orElseThrow().instance(), "a took the identity back");
    }

    @Test
    void retainedPresenceOfAnOldEpochIsIgnored() {
        board.epochIs(6);
        board.heard(presence(W, "old", 1, 0, Status.READY, 5), true);
        assertTrue(board.describe().contains("worker-0 (never heard)"));
        live("old", 1, 1);
        assertTrue(there(), "alive is alive; its epoch is in its presence");
    }

    @Test
    void strangersNoiseAndImpostorsAreIgnored() {
        board.heard(presence("worker-7", "x", 1, 0, Status.READY, 5), false);
        board.heard(new InboundMessage("starling/f/worker/0/presence", new byte[0], false));
        board.heard(new InboundMessage("starling/f/worker/0/presence", "{".getBytes(StandardCharsets.UTF_8), false));
        byte[] json = presence(W, "x", 1, 0, Status.READY, 5).toJson();
        board.heard(new InboundMessage("starling/f/worker/1/presence", json, false));
        assertEquals(Set.of(), board.present());
        board.heard(new InboundMessage("starling/f/worker/0/heartbeat", json, false));
        assertEquals(Set.of(W), board.present());
    }

    @Test
    void theDescriptionNamesTheMissingAndWhy() {
        assertEquals(
                "expected 2; there: none; missing: worker-0 (never heard), worker-1 (never heard)", board.describe());
        board.heard(presence("worker-1", "x", 1, 0, Status.STARTING, 5), false);
        board.heard(presence(W, "x", 1, 0, Status.READY, 5), true);
        assertEquals(
                "expected 2; there: worker-1 (starting); missing: worker-0 (announced once, not heard since)",
                board.describe());
        live("x", 1, 1);
        pass(4000);
        assertTrue(board.describe().contains("worker-0 (silent for 4000 ms)"));
        gone("x", 1, 1);
        assertTrue(board.describe().contains("worker-0 (said good-bye or lost its connection)"));
    }
}
