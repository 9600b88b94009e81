package starling.router.serve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import starling.models.UnfitException;

class HostAndPortTest {
    @Test
    void namesAndAddressesOfBothKinds() {
        assertEquals(new HostAndPort("localhost", 0), HostAndPort.parse("http", "localhost:0"));
        assertEquals(new HostAndPort("::1", 8080), HostAndPort.parse("http", "[::1]:8080"));
        assertTrue(HostAndPort.parse("http", "127.0.0.1:1").isLoopback());
        assertFalse(HostAndPort.parse("http", "0.0.0.0:1").isLoopback());
        assertEquals("127.0.0.1", HostAndPort.parse("http", "0.0.0.0:1").reachable());
        assertEquals("127.0.0.1", HostAndPort.parse("http", "127.0.0.1:1").reachable());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "8080",
                ":8080",
                "localhost",
                "localhost:",
                "localhost:x",
                "localhost:65536",
                "::1:80",
                "a:-1"
            })
    void everythingElseIsRefused(String text) {
        UnfitException e = assertThrows(UnfitException.class, () -> HostAndPort.parse("listen", text));
        assertEquals("listen must be HOST:PORT with a port of 0 to 65535: it is '" + text + "'", e.getMessage());
    }
}
