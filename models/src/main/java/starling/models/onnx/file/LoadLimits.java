package starling.models.onnx.file;

import starling.models.UnfitException;

/**
 * How much a model file may ask for. Files larger than that are refused before they are read, tensors larger than that
 * before they are looked at.
 *
 * @param maxFileBytes the model file and the external data it names, together; at most 2^31 - 1 MiB, since a protocol
 *     buffer cannot be larger
 * @param maxMemoryBytes what the parsed model may occupy by a cautious estimate from the file's structure; a file of a few
 *     megabytes can otherwise be made to fill gigabytes with empty messages; never more than three quarters of the heap
 * @param maxTensorElements elements of one tensor, and of the known dimensions of an input or output
 * @param maxNodes operators in the graph
 */
public record LoadLimits(long maxFileBytes, long maxMemoryBytes, long maxTensorElements, int maxNodes) {
    /** The largest {@code maxFileBytes}. */
    public static final long LARGEST_FILE = Integer.MAX_VALUE - (1L << 20);

    public LoadLimits {
        requireWithin("maxFileBytes", maxFileBytes, LARGEST_FILE);
        requireWithin("maxMemoryBytes", maxMemoryBytes, Long.MAX_VALUE);
        requireWithin("maxTensorElements", maxTensorElements, Integer.MAX_VALUE);
        requireWithin("maxNodes", maxNodes, Integer.MAX_VALUE);
    }

    /** 1 GiB of file, 2 GiB of memory, 2^28 elements in a tensor (1 GiB of float32), 100 000 nodes. */
    public static LoadLimits defaults() {
        return new LoadLimits(1L << 30, 1L << 31, 1L << 28, 100_000);
    }

    /** These limits with another file size; the memory estimate may be twice that, and never less than by default. */
    public LoadLimits withMaxFileBytes(long bytes) {
        return new LoadLimits(
                bytes, Math.max(2 * Math.max(bytes, 0), defaults().maxMemoryBytes), maxTensorElements, maxNodes);
    }

    private static void requireWithin(String name, long value, long largest) {
        if (value < 1 || value > largest) {
            throw new UnfitException(name + " must lie between 1 and " + largest + ": " + value);
        }
    }
}
