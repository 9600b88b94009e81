/** Tests of the package of the same name. */
@NullMarked
package starling.models.onnx.opset;

import org.jspecify.annotations.NullMarked;
