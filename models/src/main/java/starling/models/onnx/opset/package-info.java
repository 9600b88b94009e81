/** Models written for older operator sets, in the words of a newer one. */
@NullMarked
package starling.models.onnx.opset;

import org.jspecify.annotations.NullMarked;
