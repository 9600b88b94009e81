/**
 * The door through which ONNX files enter and leave: everything that is read here comes from strangers, so sizes are
 * bounded before memory is taken, every tensor is measured against its shape, every name has one meaning, and what is not
 * understood is refused in one sentence. What comes out is a self-contained model in float32, its nodes in order.
 */
@NullMarked
package starling.models.onnx.file;

import org.jspecify.annotations.NullMarked;
