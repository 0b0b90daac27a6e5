namespace Fanfare;

/// <summary>In the place of the base library's, whose scopes Coyote does not see: a <c>lock</c> of any other object is a monitor, which it does.</summary>
internal sealed class Lock;
