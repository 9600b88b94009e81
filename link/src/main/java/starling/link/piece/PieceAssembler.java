package starling.link.piece;

import java.util.BitSet;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import starling.link.frame.MalformedFrameException;

/**
 * Puts the messages of one sender together, one at a time: pieces in any order, repeated ones once. A piece of a newer message
 * drops what was begun, one of an older message is not used. A message that has been handed on is not handed on again. Memory: one message. For one thread at a time.
 */
public final class PieceAssembler {
    private final int longest;
    private Piece.@Nullable Key newest;
    private boolean done;
    private byte[] message = new byte[0];
    private int size;
    private final BitSet missing = new BitSet();

    /**
     * Nothing has come yet.
     *
     * @param longest bytes of a message; pieces of longer ones are refused
     */
    public PieceAssembler(int longest) {
        this.longest = longest;
    }

    /** Bytes of a message at most. */
    public int longest() {
        return longest;
    }

    /**
     * Takes a piece.
     *
     * @return the message, with its last piece
     * @throws MalformedFrameException when the message is too long, or not as long as its other pieces say
     */
    public Optional<byte[]> accept(Piece piece) throws MalformedFrameException {
        boolean same = piece.key().equals(newest);
        if ((same && done) || (newest != null && piece.key().isBefore(newest))) {
            return Optional.empty();
        }
        if (piece.length() > longest) {
            throw new MalformedFrameException("a message from " + piece.key().source() + " must have at most " + longest
                    + " bytes: it has " + piece.length());
        }
        if (!same) {
            newest = piece.key();
            done = false;
            message = new byte[piece.length()];
            size = piece.size();
            missing.clear();
            missing.set(0, Piece.count(piece.length(), piece.size()));
        }
        if (piece.length() != message.length || piece.size() != size) {
            throw new MalformedFrameException("pieces of a message must agree: " + message.length
                    + " bytes in pieces of " + size + ", " + piece.length() + " in pieces of " + piece.size());
        }
        if (missing.get(piece.index())) {
            missing.clear(piece.index());
            System.arraycopy(piece.bytes(), 0, message, piece.index() * size, piece.bytes().length);
        }
        if (!missing.isEmpty()) {
            return Optional.empty();
        }
        done = true;
        byte[] whole = message;
        message = new byte[0];
        return Optional.of(whole);
    }
}
