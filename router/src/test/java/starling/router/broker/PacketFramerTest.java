package starling.router.broker;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PacketFramerTest {

    private final List<Object> violations = new ArrayList<>();
    private final PacketFramer framer = new PacketFramer();
    private final EmbeddedChannel channel = new EmbeddedChannel(framer, new ChannelInboundHandlerAdapter() {
        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            violations.add(event);
        }
    });

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
    }

    private void open(int limit) throws Exception {
        framer.open(channel.pipeline().context(framer), limit);
    }

    private List<byte[]> read() {
        List<byte[]> packets = new ArrayList<>();
        for (ByteBuf packet = channel.readInbound(); packet != null; packet = channel.readInbound()) {
            packets.add(ByteBufUtil.getBytes(packet));
            packet.release();
        }
        return packets;
    }

    private static byte[] packet(int type, int bodyBytes, Random random) {
        byte[] body = new byte[bodyBytes];
        random.nextBytes(body);
        return RawClient.packet(type, 0, out -> out.write(body));
    }

    @Test
    void cutsAnyStreamIntoThePacketsItConsistsOf() throws Exception {
        Random random = new Random(21);
        List<byte[]> sent = new ArrayList<>();
        sent.add(packet(1, 50, random));
        for (int length : new int[] {0, 1, 2, 127, 128, 129, 16_383, 16_384, 20_000}) {
            sent.add(packet(1 + random.nextInt(15), length, random));
        }
        byte[] stream = RawClient.join(sent.toArray(byte[][]::new));
        List<byte[]> got = new ArrayList<>();
        int at = 0;
        while (at < stream.length) {
            int end = Math.min(stream.length, at + 1 + random.nextInt(random.nextBoolean() ? 3 : 5000));
            channel.writeInbound(Unpooled.copiedBuffer(Arrays.copyOfRange(stream, at, end)));
            got.addAll(read());
            if (got.size() == 1) {
                open(30_000);
                got.addAll(read());
            }
            at = end;
        }
        assertEquals(sent.size(), got.size());
        for (int i = 0; i < got.size(); i++) {
            assertArrayEquals(sent.get(i), got.get(i), "packet " + i);
        }
        assertTrue(violations.isEmpty());
    }

    @Test
    void holdsBackWhatFollowsTheFirstPacket() throws Exception {
        Random random = new Random(22);
        byte[] connect = packet(1, 50, random);
        byte[] next = packet(3, 10, random);
        channel.writeInbound(Unpooled.copiedBuffer(connect, next, next));
        assertEquals(1, read().size());
        channel.writeInbound(Unpooled.copiedBuffer(next));
        assertEquals(0, read().size());
        open(100);
        assertEquals(3, read().size());
        open(5);
        channel.writeInbound(Unpooled.copiedBuffer(next));
        assertEquals(1, read().size(), "opened once for all");
    }

    @Test
    void refusesALengthBeyondTheLimitAtTheHeader() throws Exception {
        byte[] exact = packet(1, BrokerLimits.CONNECT_BYTES - 3, new Random(23));
        assertEquals(BrokerLimits.CONNECT_BYTES, exact.length);
        channel.writeInbound(Unpooled.copiedBuffer(exact));
        assertEquals(1, read().size());
        open(1000);
        channel.writeInbound(Unpooled.wrappedBuffer(new byte[] {0x30, (byte) 0xe5})); // 101 + 128 n
        assertTrue(violations.isEmpty());
        channel.writeInbound(Unpooled.wrappedBuffer(new byte[] {7})); // 997 and three bytes of header
        assertTrue(violations.isEmpty());
        channel.writeInbound(Unpooled.wrappedBuffer(new byte[997]));
        assertEquals(1, read().size());
        channel.writeInbound(Unpooled.wrappedBuffer(new byte[] {0x30, (byte) 0xe6, 7}));
        assertEquals(List.of(PacketFramer.Violation.TOO_LARGE), violations);
        channel.writeInbound(Unpooled.wrappedBuffer(new byte[5000]));
        assertNull(channel.readInbound());
        assertEquals(1, violations.size(), "said once");
    }

    @Test
    void refusesAConnectTooLarge() {
        channel.writeInbound(Unpooled.copiedBuffer(packet(1, BrokerLimits.CONNECT_BYTES - 2, new Random(24))));
        assertEquals(List.of(PacketFramer.Violation.TOO_LARGE), violations);
        assertNull(channel.readInbound());
    }

    @Test
    void refusesWhatDoesNotBeginWithConnectAtItsFirstByte() {
        channel.writeInbound(Unpooled.wrappedBuffer(new byte[] {0x11}));
        assertEquals(List.of(PacketFramer.Violation.MALFORMED), violations);
    }

    @Test
    void refusesALengthOfFiveBytes() {
        channel.writeInbound(Unpooled.wrappedBuffer(new byte[] {0x10, -1, -1, -1, -1}));
        assertEquals(List.of(PacketFramer.Violation.MALFORMED), violations);
    }
}
