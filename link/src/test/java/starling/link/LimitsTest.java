package starling.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class LimitsTest {

    @Test
    void aWidenedQueueHasRoomForTheLongestPacketAndTheWholeBurst() {
        int values = 6 << 20;
        Limits wide = Limits.DEFAULT.widenedFor(values, 9, 3, 5L * values);
        assertTrue(wide.maxPacketBytes() > 4 * values + 64 + 4096);
        assertTrue(wide.maxQueuedBytes() > 4L * 5 * values + 9 * 64 + 3 * 4096);
        assertEquals(Limits.DEFAULT.maxQueuedMessages(), wide.maxQueuedMessages());
        assertTrue(Limits.DEFAULT.widenedFor(10, 5000, 0, 50_000).maxQueuedMessages() > 5000);
    }

    @Test
    void nothingIsNarrowed() {
        assertEquals(Limits.DEFAULT, Limits.DEFAULT.widenedFor(1, 1, 1, 1));
    }

    @Test
    void aFrameThatNoPacketHoldsIsRefusedWithTheRule() {
        int most = (Limits.LONGEST_PACKET - 64 - 4096 - 1024) / 4;
        assertTrue(Limits.packetFor(most) <= Limits.LONGEST_PACKET);
        LinkException tooLong = assertThrows(LinkException.class, () -> Limits.packetFor(most + 1));
        assertEquals(LinkException.Reason.TOO_LARGE, tooLong.reason());
    }
}
