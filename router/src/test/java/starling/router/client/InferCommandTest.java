package starling.router.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import starling.link.Limits;

class InferCommandTest {

    @Test
    void repliesMayBeLongerThanRequestsAndManyRequestsMayWait() {
        Limits limits = InferCommand.limits(1 << 20, 8);
        assertEquals(Limits.LONGEST_PACKET, limits.maxPacketBytes());
        assertTrue(limits.maxQueuedBytes() >= 8L * (4 << 20), limits.toString());
    }
}
