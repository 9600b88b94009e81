package starling.router.broker;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.util.List;

/**
 * Cuts the stream into whole MQTT packets, and refuses a packet by its declared length before any of it is kept: what is
 * held never exceeds the limit and one read.
 *
 * <pre>
 *  byte 0      1 .. 1-4
 * +----------+--------------------------------+-----------------------+
 * | type, 4  | remaining length, 7 bits each, | that many bytes       |
 * | flags, 4 | lowest first, high bit: more   |                       |
 * +----------+--------------------------------+-----------------------+
 * </pre>
 *
 * <p>Begins with the limit of a CONNECT packet, lets one through, and then holds everything back until {@link #open}. A
 * refused packet is announced to the following handlers as a {@link Violation} event; nothing more is read then.
 */
final class PacketFramer extends ByteToMessageDecoder {

    static final int CONNECT = 1;

    /** A packet that is not let through. */
    enum Violation {
        MALFORMED,
        TOO_LARGE
    }

    private enum State {
        AWAITING_CONNECT,
        HOLDING,
        OPEN,
        REFUSED
    }

    private State state = State.AWAITING_CONNECT;
    private int limit = BrokerLimits.CONNECT_BYTES;

    /** Lets packets up to a length through. To be called on the connection's event loop. */
    void open(ChannelHandlerContext ctx, int packetBytes) throws Exception {
        if (state == State.HOLDING) {
            state = State.OPEN;
            limit = packetBytes;
            channelRead(ctx, Unpooled.EMPTY_BUFFER);
            channelReadComplete(ctx);
        }
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
        if (state == State.REFUSED) {
            in.skipBytes(in.readableBytes());
            return;
        }
        if (state == State.HOLDING || in.readableBytes() < 1) {
            return;
        }
        int start = in.readerIndex();
        boolean first = state == State.AWAITING_CONNECT;
        if (first && in.getUnsignedByte(start) != CONNECT << 4) {
            refuse(ctx, in, Violation.MALFORMED);
            return;
        }
        int length = 0;
        int at = 1;
        boolean more = true;
        while (more) {
            if (at > 4) {
                refuse(ctx, in, Violation.MALFORMED);
                return;
            }
            if (in.readableBytes() <= at) {
                return;
            }
            int digit = in.getUnsignedByte(start + at);
            length |= (digit & 0x7f) << (7 * (at - 1));
            more = (digit & 0x80) != 0;
            at++;
        }
        int whole = at + length;
        if (whole > limit) {
            refuse(ctx, in, Violation.TOO_LARGE);
        } else if (in.readableBytes() >= whole) {
            if (first) {
                state = State.HOLDING;
            }
            out.add(in.readRetainedSlice(whole));
        }
    }

    private void refuse(ChannelHandlerContext ctx, ByteBuf in, Violation violation) {
        state = State.REFUSED;
        in.skipBytes(in.readableBytes());
        ctx.fireUserEventTriggered(violation);
    }
}
