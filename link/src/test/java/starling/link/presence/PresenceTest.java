package starling.link.presence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import starling.link.frame.PlanHash;
import starling.link.presence.Presence.Status;

class PresenceTest {

    static final String GOLDEN =
            "{\"schema\":1,\"identity\":\"worker-3\",\"instance\":\"i7\",\"connection\":2,\"beat\":9,"
                    + "\"status\":\"ready\",\"started\":1700000000000,\"plan\":\"000102030405060708090a0b0c0d0e0f\",\"epoch\":5,"
                    + "\"version\":\"0.1.0\",\"localSource\":true}";

    static Presence presence(String identity, String instance, int connection, long beat, Status status, long epoch) {
        return new Presence(
                identity, instance, connection, beat, status, 1_700_000_000_000L, PlanHash.NONE, epoch, "0.1.0", false);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void theJsonOfVersionOneIsReadAndWritten() {
        Presence presence = Presence.parse(bytes(GOLDEN));
        assertEquals(
                new Presence(
                        "worker-3",
                        "i7",
                        2,
                        9,
                        Status.READY,
                        1_700_000_000_000L,
                        PlanHash.ofHex("000102030405060708090a0b0c0d0e0f"),
                        5,
                        "0.1.0",
                        true),
                presence);
        assertEquals(GOLDEN, new String(presence.toJson(), StandardCharsets.UTF_8));
    }

    @Test
    void theLongestPresenceFits() {
        String longest = "x".repeat(64);
        Presence presence = new Presence(
                longest,
                longest,
                Integer.MAX_VALUE,
                Long.MAX_VALUE,
                Status.STARTING,
                Long.MIN_VALUE,
                new PlanHash(-1, -1),
                Long.MAX_VALUE,
                longest,
                false);
        assertTrue(presence.toJson().length <= Presence.MAX_BYTES);
        assertEquals(presence, Presence.parse(presence.toJson()));
    }

    @Test
    void everythingElseIsRefusedWithASentence() {
        refused("must be a JSON object", "");
        refused("must be JSON", "{");
        refused("must be JSON", GOLDEN + "x");
        refused("must be a JSON object", "[]");
        refused("has no key extra", GOLDEN.replace("\"schema\"", "\"extra\":1,\"schema\""));
        refused("must be JSON: Duplicate", GOLDEN.replace("\"schema\"", "\"beat\":1,\"schema\""));
        refused("schema must be 1: it is 2", GOLDEN.replace("\"schema\":1", "\"schema\":2"));
        refused("schema must be an integer", GOLDEN.replace("\"schema\":1,", ""));
        refused("beat must be an integer of 64 bits: it is 9.5", GOLDEN.replace(":9,", ":9.5,"));
        refused("beat must be an integer", GOLDEN.replace(":9,", ":99999999999999999999,"));
        refused("beat must not be negative", GOLDEN.replace(":9,", ":-1,"));
        refused("must be JSON", GOLDEN.replace(":9,", ":" + "9".repeat(300) + ","));
        refused("connection must be an integer of 32 bits", GOLDEN.replace(":2,", ":2222222222,"));
        refused("connection's number must be at least 1", GOLDEN.replace(":2,", ":0,"));
        refused("status must be starting, ready or gone: it is READY", GOLDEN.replace("ready", "READY"));
        refused("plan must be 32 hexadecimal digits", GOLDEN.replace("0f\"", "0g\""));
        refused("plan must be 32 hexadecimal digits", GOLDEN.replace("0f\"", "0f00\""));
        refused("identity must consist of", GOLDEN.replace("worker-3", "worker/3"));
        refused("localSource must be true or false: it is 1", GOLDEN.replace("true", "1"));
        refused("at most 1024 bytes: it has", GOLDEN + " ".repeat(1024));
        refused("must be", "[".repeat(1000));
    }

    private static void refused(String sentence, String json) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> Presence.parse(bytes(json)));
        String message = String.valueOf(e.getMessage());
        assertTrue(message.contains(sentence), message);
        assertTrue(message.length() < 300, message);
    }

    @Test
    void noiseIsRefusedWithTheSameErrorOnly() {
        SplittableRandom random = new SplittableRandom(4);
        byte[] golden = bytes(GOLDEN);
        for (int i = 0; i < 20_000; i++) {
            byte[] noise = Arrays.copyOf(golden, 1 + random.nextInt(golden.length));
            for (int flips = random.nextInt(4); flips > 0; flips--) {
                noise[random.nextInt(noise.length)] ^= (byte) (1 << random.nextInt(8));
            }
            try {
                Presence.parse(noise);
            } catch (IllegalArgumentException e) {
                assertFalse(String.valueOf(e.getMessage()).isEmpty());
            }
        }
    }

    @Test
    void epochsAreCompared() {
        assertTrue(presence("router", "i", 1, 0, Status.READY, 4).isOlderThan(5));
        assertFalse(presence("router", "i", 1, 0, Status.READY, 5).isOlderThan(5));
        assertFalse(
                presence("router", "i", 1, 0, Status.READY, Presence.NO_EPOCH).isOlderThan(5));
        EpochGuard guard = new EpochGuard(Presence.NO_EPOCH);
        assertTrue(guard.admits(4));
        assertTrue(guard.admits(6));
        assertTrue(guard.admits(6));
        assertFalse(guard.admits(5));
        assertEquals(6, guard.epoch());
    }
}
