package starling.router.broker;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import starling.models.UnfitException;
import starling.router.acl.AccessRules;

class BrokerPreflightTest {

    private static String refusal(BrokerSettings settings) {
        return String.valueOf(assertThrows(UnfitException.class, () -> BrokerPreflight.check(settings))
                .getMessage());
    }

    @Test
    void anonymousClientsAreForLoopbackOnly() {
        BrokerSettings open = BrokerSettings.closed().withAnonymous(true);
        assertDoesNotThrow(() -> BrokerPreflight.check(open));
        assertDoesNotThrow(() -> BrokerPreflight.check(open.withAddress("127.0.0.1", 1883)));
        assertEquals(
                "a broker for anonymous clients must listen on loopback only: it is to listen on 0.0.0.0",
                refusal(open.withAddress("0.0.0.0", 0)));
        assertEquals(
                "a broker for anonymous clients must listen on loopback only: it is to listen on ::",
                refusal(open.withAddress("::", 0)));
        assertEquals(
                "a broker for anonymous clients must listen on loopback only: it is to listen on 10.1.2.3",
                refusal(open.withAddress("10.1.2.3", 0)));
    }

    @Test
    void aBrokerThatWouldRefuseEverybodyDoesNotStart() {
        assertEquals(
                "a broker needs rules for at least one user, or leave for anonymous clients: it has neither",
                refusal(BrokerSettings.closed()));
        BrokerSettings ruled = BrokerSettings.closed().withRules(AccessRules.ofFleet("home", 2, List.of()));
        assertEquals(
                "a broker needs the password of at least one user that it has rules for: it has none",
                refusal(ruled.withPasswords(Passwords.inMemory(Map.of("worker-2", "two")))));
        assertDoesNotThrow(
                () -> BrokerPreflight.check(ruled.withPasswords(Passwords.inMemory(Map.of("worker-1", "one")))));
    }

    @Test
    void addressesMustBePossible() {
        BrokerSettings open = BrokerSettings.closed().withAnonymous(true);
        assertEquals(
                "the broker's port must be 0 to 65535: it is 65536", refusal(open.withAddress("127.0.0.1", 65_536)));
        assertEquals(
                "the broker's address must be one of this machine: no.such.host.invalid is unknown",
                refusal(open.withAddress("no.such.host.invalid", 0)));
    }

    @Test
    void limitsMustBePossible() {
        assertEquals(
                "the broker's totalBytes must be 2048 to 9223372036854775807: it is 2047",
                String.valueOf(
                        assertThrows(UnfitException.class, () -> new BrokerLimits(1024, 1, 1, 1, 1, 1, 2048, 1, 2047))
                                .getMessage()));
        assertThrows(UnfitException.class, () -> new BrokerLimits(1 << 28, 1, 1, 1, 1, 1, 1L << 28, 1, 1L << 28));
        assertThrows(UnfitException.class, () -> new BrokerLimits(1024, 0, 1, 1, 1, 1, 2048, 1, 2048));
    }
}
