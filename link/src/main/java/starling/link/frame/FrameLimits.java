package starling.link.frame;

/**
 * What a receiver is willing to take, checked before anything is allocated.
 *
 * @param maxBytes the longest whole frame, at least {@link FrameDescriptor#HEADER_LENGTH}
 * @param maxElements the highest element count
 */
public record FrameLimits(int maxBytes, int maxElements) {

    /** Frames of at most 1 MiB, with as many elements as fit. */
    public static final FrameLimits DEFAULT = ofBytes(1 << 20);

    public FrameLimits {
        if (maxBytes < FrameDescriptor.HEADER_LENGTH) {
            throw new IllegalArgumentException("a frame limit must be at least the header's "
                    + FrameDescriptor.HEADER_LENGTH + " bytes: it is " + maxBytes);
        }
        if (maxElements < 0) {
            throw new IllegalArgumentException("an element limit must not be negative: it is " + maxElements);
        }
    }

    /** Frames of at most so many bytes, with as many elements as fit. */
    public static FrameLimits ofBytes(int maxBytes) {
        return new FrameLimits(maxBytes, Math.max(0, maxBytes - FrameDescriptor.HEADER_LENGTH) / 2);
    }
}
