using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Fanfare.AspNetCore.Tests;

/// <summary>A certificate that signs itself, and a client side that takes it.</summary>
internal static class TestCertificate
{
    public static SslClientAuthenticationOptions ClientOptions => new()
    {
        TargetHost = "localhost",
#pragma warning disable CA5359 // The server's certificate was made by this test.
        RemoteCertificateValidationCallback = static (_, _, _, _) => true,
#pragma warning restore CA5359
    };

    public static X509Certificate2 Create()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
    }

    public static async Task<Stream> AuthenticateAsync(Stream stream)
    {
        var tls = new SslStream(stream);
        await tls.AuthenticateAsClientAsync(ClientOptions).InTime();
        return tls;
    }
}
