package yaml

// ReadSome is Read with another limit than MaxNodes, which takes the library seconds to reach.
var ReadSome = read
