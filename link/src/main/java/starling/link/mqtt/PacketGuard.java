package starling.link.mqtt;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ProtocolException;
import java.net.SocketTimeoutException;

/**
 * Watches the lengths of MQTT packets as they come in, and refuses one that is longer than agreed before the parser behind allocates memory for it.
 * It also holds fixed headers together: a timeout between two bytes of one would make the parser lose its place, so the stream reads on
 * until the header is whole (or the socket is closed: the keep-alive sees to that).
 */
final class PacketGuard extends FilterInputStream {

    /** First byte of a TLS record with an alert: what a TLS server answers to one who does not speak TLS. */
    private static final int TLS_ALERT = 0x15;

    private final int maxPacketBytes;
    private boolean fresh = true;
    private boolean inHeader;
    private int headerBytes;
    private long length;
    private long remaining;

    PacketGuard(InputStream in, int maxPacketBytes) {
        super(in);
        this.maxPacketBytes = maxPacketBytes;
    }

    @Override
    public int read() throws IOException {
        while (true) {
            try {
                int value = in.read();
                if (value >= 0) {
                    step(value);
                }
                return value;
            } catch (SocketTimeoutException e) {
                if (!inHeader) {
                    throw e;
                }
            }
        }
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (remaining > 0) {
            int count = in.read(target, offset, (int) Math.min(length, remaining));
            remaining -= Math.max(count, 0);
            return count;
        }
        int value = read();
        if (value < 0) {
            return -1;
        }
        target[offset] = (byte) value;
        return 1;
    }

    @Override
    public boolean markSupported() {
        return false;
    }

    private void step(int value) throws IOException {
        if (remaining > 0) {
            remaining--;
        } else if (!inHeader) {
            if (fresh && value == TLS_ALERT) {
                throw new TlsExpectedException();
            }
            fresh = false;
            inHeader = true;
            headerBytes = 1;
        } else {
            // Seven bits of the length per byte, the lowest first; the eighth says that another follows.
            length |= (value & 0x7FL) << (7 * (headerBytes - 1));
            headerBytes++;
            if ((value & 0x80) == 0) {
                endHeader();
            } else if (headerBytes > 4) {
                throw new ProtocolException("a packet's length must have at most 4 bytes: it has more");
            }
        }
    }

    private void endHeader() throws IOException {
        if (length + headerBytes > maxPacketBytes) {
            throw new ProtocolException("a packet must have at most " + maxPacketBytes
                    + " bytes: the broker announces one of " + (length + headerBytes));
        }
        remaining = length;
        length = 0;
        inHeader = false;
    }

    /** The other end speaks TLS, this one does not. */
    static final class TlsExpectedException extends IOException {
        TlsExpectedException() {
            super("the broker answers with TLS");
        }
    }
}
