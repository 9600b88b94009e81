/**
 * Indirect quantization of a dense layer's gradient (ISGQ): of the product Delta^T X its two factors are quantized and sent,
 * L (n + m) numbers of a batch instead of n m, and mostly sparse ones. The gradient itself is never formed to be encoded.
 */
@NullMarked
package starling.codes.indirect;

import org.jspecify.annotations.NullMarked;
